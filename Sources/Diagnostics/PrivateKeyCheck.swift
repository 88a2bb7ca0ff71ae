import Foundation

extension Check {
    /// The private key of the JWT bearer flow: its file can be read, and by nobody else.
    ///
    /// Whoever has the key can act for the org's user without any password.
    ///
    /// - Parameter path: `salesforce.privateKeyPath`.
    /// - Returns: The check.
    package static func privateKey(path: String) -> Check {
        Check(name: "salesforce.privateKey") {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue,
                FileManager.default.isReadableFile(atPath: path)
            else {
                return [
                    Finding(
                        check: "salesforce.privateKey",
                        verdict: .failed,
                        finding: "The private key \(path) can't be read.",
                        remedy: "Check salesforce.privateKeyPath and who may read the file."
                    )
                ]
            }
            guard mode & 0o077 == 0 else {
                let octal = String(mode & 0o777, radix: 8)
                return [
                    Finding(
                        check: "salesforce.privateKey",
                        verdict: .warning,
                        finding: "The private key \(path) is open to others than its owner (mode \(octal)).",
                        remedy: "Run `chmod 600 \(path)`."
                    )
                ]
            }
            return [
                Finding(
                    check: "salesforce.privateKey",
                    verdict: .ok,
                    finding: "The private key \(path) is its owner's alone."
                )
            ]
        }
    }

    /// Salesforce could not be asked, because the private key's file gives no key.
    package static var salesforceUnasked: Check {
        Check(name: "salesforce") {
            [
                Finding(
                    check: "salesforce.login",
                    verdict: .failed,
                    finding: "Salesforce was not asked: the file of the private key gives no text.",
                    remedy: "Let salesforce.privateKeyPath name a private key in PEM that this user may read."
                )
            ]
        }
    }
}
