using SmartCardCrm.Crash;

return await CommandLine.RunAsync(args);
