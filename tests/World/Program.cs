using SmartCardCrm.World;

var simulation = new Simulation(ChainRun.Run, CoverageMatrix.Cells);
return await CommandLine.RunAsync(args, simulation);
