import Crypto
import Foundation

/// The arithmetic of the chains: what makes a changed, missing or inserted row show.
struct Chain: Sendable {
    let key: ChainKey

    /// What a new row stores.
    struct Link: Sendable {
        let salt: Data
        let digest: Data
        let chain: Data
    }

    /// The link of a row that follows one whose chain value is `previous` (nil for the first row).
    func link(previous: Data?, id: Int64, time: Int64, source: String, contents: [Data?]) -> Link {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
        let digest = Self.digest(salt: salt, contents: contents)
        return Link(
            salt: salt,
            digest: digest,
            chain: value(previous: previous, id: id, time: time, source: source, digest: digest)
        )
    }

    /// HMAC-SHA-256(key, previous chain ‖ id ‖ time ‖ source ‖ digest); numbers are 8 bytes, big-endian.
    func value(previous: Data?, id: Int64, time: Int64, source: String, digest: Data) -> Data {
        var hmac = HMAC<SHA256>(key: key.symmetricKey)
        hmac.update(data: previous ?? Data(count: 32))
        hmac.update(data: Self.bytes(of: id))
        hmac.update(data: Self.bytes(of: time))
        hmac.update(data: Data(source.utf8))
        hmac.update(data: digest)
        return Data(hmac.finalize())
    }

    /// SHA-256(salt ‖ contents), where each part is preceded by its length, and NULL differs from empty.
    static func digest(salt: Data, contents: [Data?]) -> Data {
        var hash = SHA256()
        hash.update(data: salt)
        for part in contents {
            hash.update(data: bytes(of: Int64(part?.count ?? -1)))
            if let part { hash.update(data: part) }
        }
        return Data(hash.finalize())
    }

    private static func bytes(of number: Int64) -> Data {
        withUnsafeBytes(of: number.bigEndian) { Data($0) }
    }
}
