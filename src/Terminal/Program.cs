using SmartCardCrm.Terminal.Commands;

return await CommandLine.Run(args, TimeProvider.System);
