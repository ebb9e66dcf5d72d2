using SmartCardCrm.Simulator;

return CommandLine.Run(args);
