/// Chance that can be repeated: SplitMix64 from a seed.
struct Dice: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Whether something that happens this often happens now; nothing is drawn for what never does.
    mutating func comesUp(inThousand chance: Int) -> Bool {
        guard chance > 0 else { return false }
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % 1000) < chance
    }
}
