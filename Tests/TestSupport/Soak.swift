import Foundation

/// How much random tests do: a little by default, much more with `make soak`, and just what a person asks for while
/// looking into a failure.
package enum Soak {
    /// Whether `LEADRELAY_SOAK=1` asks for the long run.
    package static var isOn: Bool { environment["LEADRELAY_SOAK"] == "1" }

    /// A count that the variable `name` can set (`LEADRELAY_HISTORIES=1`), else one for each kind of run.
    package static func count(_ name: String, usual: Int, soak: Int) -> Int {
        environment[name].flatMap(Int.init) ?? (isOn ? soak : usual)
    }

    /// The seed that `LEADRELAY_SEED` names, else a new one; print it, so that a failure can be repeated.
    package static func seed() -> UInt64 {
        environment["LEADRELAY_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999_999)
    }

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }
}
