using SmartCardCrm.Load;

return await CommandLine.RunAsync(args);
