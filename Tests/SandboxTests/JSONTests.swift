import TestSupport
import Testing

@testable import Sandbox

@Suite struct JSONTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func writtenValueIsReadAsItWas(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value = randomValue(depth: 3, &generator)
            #expect(try JSONParser.parse(value.compact) == value, "seed \(seed)")
            #expect(try JSONParser.parse(value.pretty) == value, "seed \(seed)")
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "01", "1.", "-", "tru", "\"\u{1}\"", "\"\\x\"",
        "\"\\ud800\"", "1 2",
        "\"a", "nul", "[1 2]", "{\"a\":1,}", "+1", ".5", "'a'",
    ])
    func whatIsNoJSONIsRefusedWithItsPlace(text: String) {
        let error = #expect(throws: JSONParseError.self) { try JSONParser.parse(text) }
        #expect(error?.message.contains("at [line:1, column:") == true)
    }

    @Test func membersKeepTheirOrderAndNumbersTheirKind() throws {
        let value = try JSONParser.parse(#"{"z":8.0,"a":8,"m":"\u00e9\ud83d\ude00\/"}"#)
        #expect(value.compact == #"{"z":8.0,"a":8,"m":"é😀/"}"#)
    }

    private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> JSON {
        let alphabet = Array("a\"\\/\n\t\u{1}é😀{}[]:, ")
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .double(.random(in: -1e9...1e9, using: &generator))
        case 4:
            let length = Int.random(in: 0..<8, using: &generator)
            return .string(
                String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            )
        case 5:
            return .array(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in randomValue(depth: depth - 1, &generator) }
            )
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &generator)).map { number in
                    JSONMember("k\(number)", randomValue(depth: depth - 1, &generator))
                }
            )
        }
    }
}
