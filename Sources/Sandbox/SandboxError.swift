/// Why a sandbox does not run.
package enum SandboxError: Error {
    /// It ended before all of its ports were open.
    case didNotStart
    /// A seeded row or a conversion names something that is not there.
    case noSuchRow(String)
    /// A seeded row is of an object that the org does not have.
    case noSuchObject(String)
}
