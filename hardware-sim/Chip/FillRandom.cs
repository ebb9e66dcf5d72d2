namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// Source of the chip's random numbers, in the order it draws them: RndB (16 bytes), then TI (4 bytes) in an
/// AuthenticateEV2First; RndB alone otherwise. Tests replay published vectors through it.
/// </summary>
public delegate void FillRandom(Span<byte> bytes);
