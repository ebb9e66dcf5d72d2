using SmartCardCrm.Mischief;

return CommandLine.Run(args);
