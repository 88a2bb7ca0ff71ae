import Testing

@testable import Ingest

@Suite struct WebhookQueryTests {
    @Test(arguments: [
        ("/w", nil, nil),
        ("/w?", nil, nil),
        ("/w?&&", nil, nil),
        ("/w?token=abc", "abc", nil),
        ("/w?token=abc&", "abc", nil),
        ("/w?a=1&token=abc&b=2", "abc", "a=1&b=2"),
        ("/w?a=%C3%A4+b&a=2&c", nil, "a=%C3%A4+b&a=2&c"),
        ("/w?token=a%2Bb+c", "a+b+c", nil),
        ("/w?token=a&x=1&token=b", "a", "x=1"),
        ("/w?%74oken=a&x=1", "a", "x=1"),
        ("/w?token", "", nil),
        ("/w?tokens=1&Token=2", nil, "tokens=1&Token=2"),
        ("/w?token=a=b&x==", "a=b", "x=="),
        ("/w?x=1#2&token=a", "a", "x=1#2"),
        ("/w?a?b=1&token=%zz", "%zz", "a?b=1"),
    ])
    func tokenIsCutOutAndTheRestKeptAsItCame(target: String, token: String?, kept: String?) {
        let query = WebhookQuery(target: target)
        #expect(query.token == token)
        #expect(query.kept == kept)
    }
}

@Suite struct TokenVerifierTests {
    private let verifier = TokenVerifier(tokens: [
        IngestToken(label: "old", secret: "aaaa"), IngestToken(label: "new", secret: "bbbb"),
        IngestToken(label: "empty", secret: ""),
    ])

    @Test func everyTokenIsKnownByItsLabel() {
        #expect(verifier.label(of: "aaaa") == "old")
        #expect(verifier.label(of: "bbbb") == "new")
    }

    @Test(arguments: ["", "a", "aaa", "aaaaa", "AAAA", "aaab", "aaaa ", "old"])
    func anythingElseIsUnknown(candidate: String) {
        #expect(verifier.label(of: candidate) == nil)
    }

    @Test func withoutTokensNobodyGetsIn() {
        #expect(TokenVerifier(tokens: []).label(of: "") == nil)
    }
}

@Suite struct ClientAddressTests {
    @Test(arguments: [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.66", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["198.51.100.1:80"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, unknown, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
    ])
    func firstUntrustedAddressIsTheSender(peer: String, forwardedFor: [String], expected: String) {
        let ranges = AddressRange.loopback + [AddressRange("10.0.0.0/8")].compactMap { $0 }
        let address = ClientAddress(trustedProxies: ranges).address(peer: peer, forwardedFor: forwardedFor)
        #expect(address == expected)
    }

    @Test func withoutAPeerNobodyIsBelieved() {
        let address = ClientAddress(trustedProxies: AddressRange.loopback)
            .address(peer: nil, forwardedFor: ["198.51.100.1"])
        #expect(address == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.4", "192.0.2.4", true),
        ("192.0.2.4", "192.0.2.5", false), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.200", true), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
        ("::1", "nonsense", false),
    ])
    func rangeHoldsWhatItsPrefixSays(range: String, address: String, expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == expected)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "localhost", "::1/129"])
    func whatIsNoRangeIsRefused(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
