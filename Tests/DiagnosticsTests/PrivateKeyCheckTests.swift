import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct PrivateKeyCheckTests {
    @Test(arguments: [
        (0o600, Finding.Verdict.ok), (0o400, .ok), (0o640, .warning), (0o604, .warning), (0o644, .warning),
    ])
    func fileIsItsOwnersAlone(mode: Int, verdict: Finding.Verdict) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("key.pem")
        try Data("key".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let findings = await Check.privateKey(path: path).run()
        #expect(findings.map(\.verdict) == [verdict])
        #expect(findings.first?.remedy == (verdict == .ok ? nil : "Run `chmod 600 \(path)`."))
    }

    @Test func missingFileIsNamed() async {
        let findings = await Check.privateKey(path: "/nowhere/key.pem").run()
        #expect(
            findings == [
                Finding(
                    check: "salesforce.privateKey",
                    verdict: .failed,
                    finding: "The private key /nowhere/key.pem can't be read.",
                    remedy: "Check salesforce.privateKeyPath and who may read the file."
                )
            ]
        )
    }
}
