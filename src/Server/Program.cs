using SmartCardCrm.Server.Commands;

return await CommandLine.RunAsync(args);
