import Salesforce
import TestSupport
import Testing

@Suite struct SOQLTests {
    /// Reads a literal as Salesforce does, by its own rules and not by ours: nil when it ends before its end.
    private func unescaped(_ literal: String) -> String? {
        var scalars = Array(literal.unicodeScalars)[...]
        guard scalars.popFirst() == "'" else { return nil }
        var result = String.UnicodeScalarView()
        while let scalar = scalars.popFirst() {
            if scalar == "'" { return scalars.isEmpty ? String(result) : nil }
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            let escapes: [Unicode.Scalar: Unicode.Scalar] = [
                "n": "\n", "r": "\r", "t": "\t", "b": "\u{8}", "f": "\u{C}", "\"": "\"", "'": "'", "\\": "\\",
            ]
            guard let escape = scalars.popFirst().flatMap({ escapes[$0] }) else { return nil }
            result.append(escape)
        }
        return nil
    }

    @Test func randomTextComesBackAsItWas() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let alphabet: [Unicode.Scalar] = [
            "'", "\\", "\"", "\n", "\r", "\t", "\u{8}", "\u{C}", "\u{301}", "n", "b", "@", " ", "é", "😀", "%", "_",
            "\0",
        ]
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            let string = String(text)
            let back = unescaped(SOQL.literal(string))
            #expect(back.map { Array($0.unicodeScalars) } == Array(string.unicodeScalars), "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("o'brien@example.com", #"'o\'brien@example.com'"#),
        (#"x\' OR Name != '"#, #"'x\\\' OR Name != \''"#),
        // One Character in Swift, a quote and an accent to Salesforce.
        ("a'\u{301}b", "'a\\'\u{301}b'"),
        ("two\r\nlines", #"'two\r\nlines'"#),
        ("", "''"),
    ])
    func quoteNeverEndsTheLiteral(text: String, literal: String) {
        #expect(Array(SOQL.literal(text).unicodeScalars) == Array(literal.unicodeScalars))
    }

    @Test func listOfNothingIsNoList() {
        #expect(SOQL.list([]) == nil)
        #expect(SOQL.list(["a", "b'"]) == #"('a','b\'')"#)
    }
}
