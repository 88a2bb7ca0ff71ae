/// What tests of power cuts set in the environment, so that a short run has checkpoints in it; no documentation for users
/// names it.
enum CheckpointTestSeam {
    static let name = "LEADRELAY_CHECKPOINT_BYTES"

    /// The size of the write-ahead log at which this process checkpoints, where it is set.
    static func bytes(_ environment: [String: String]) -> Int64? {
        environment[name].flatMap { Int64($0) }
    }
}
