using SmartCardCrm.World;

var simulation = new Simulation(ChainRun.Run, []);
return await CommandLine.RunAsync(args, simulation);
