System.Console.Error.WriteLine("world: nothing to run yet");
return 2;
