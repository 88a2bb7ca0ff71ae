import Crypto
import Foundation

/// The keyed hash under which a name of an erased person is kept.
///
/// Its key is made from the journal's, so that no hash of a name is ever a link of a chain, and the reverse.
struct NameHash: Sendable {
    private static let domain = "leadrelay.erased-person.1"
    private let keyed: KeyedHash

    init(key: ChainKey) {
        let own = Array(Self.domain.utf8).withUnsafeBytes { KeyedHash(key: key.symmetricKey).code(for: $0) }
        keyed = KeyedHash(key: SymmetricKey(data: Data(own)))
    }

    /// The hash of a name: a normalised address, or `contact:ID`.
    func hash(of name: String) -> Data {
        Data(Array(name.utf8).withUnsafeBytes { keyed.code(for: $0) })
    }
}
