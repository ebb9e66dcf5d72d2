using SmartCardCrm.World;

var simulation = new Simulation(_ => throw new NotSupportedException("There is no chain to run yet."), []);
return await CommandLine.RunAsync(args, simulation);
