import Foundation
import Model
import TestSupport
import Testing

@testable import Callbacks

/// Random bodies, the same in every run: the seed is the test's argument.
@Suite(.timeLimit(.minutes(1))) struct DecoderFuzz {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func mutatedBodiesAlwaysGiveAnAnswer(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let seeds = [
            Bodies.guideSubscribe, Bodies.webhook("contact_opened_message"),
            "[\(Bodies.webhook("contact_removed_link"))]",
            Bodies.subscribeQuery, #"{"Event":"New Contact","Contact ID":"a"}"#,
        ]
        for _ in 0..<400 {
            let body = mutated(Array(generator.pick(seeds).utf8), using: &generator)
            let callback = RawCallback(
                source: Bool.random(using: &generator) ? .getresponse : .zapier,
                method: "POST",
                query: Bool.random(using: &generator) ? String(decoding: body, as: UTF8.self) : nil,
                contentType: ["application/json", "application/x-www-form-urlencoded", nil].randomElement(
                    using: &generator
                )!,
                webhookID: Bool.random(using: &generator) ? "w" : nil,
                body: Data(body)
            )
            let events = CallbackDecoder().decode(callback)
            #expect(!events.isEmpty)
            #expect(events.map(\.position) == Array(events.indices))
            #expect(events.allSatisfy { ($0.action == .unknown) == ($0.failure != nil) })
            #expect(events.allSatisfy { $0.contentKey.count == 64 })
            #expect(CallbackDecoder().decode(callback) == events)
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func readerAgreesWithFoundationOnWhatIsJSON(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let value = randomValue(depth: 0, using: &generator)
            let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])
            let read = try #require(JSONReader.value(of: data))
            let expected = try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])
            #expect(isSame(read, expected), "\(String(decoding: data, as: UTF8.self))")
            let broken = Data(mutated(Array(data), using: &generator))
            if (try? JSONSerialization.jsonObject(with: broken, options: [.fragmentsAllowed])) == nil, isPlain(broken) {
                #expect(JSONReader.value(of: broken) == nil, "\(String(decoding: broken, as: UTF8.self))")
            }
        }
    }

    private func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let interesting = Array(#"{}[]",:\0aeE+-.&=%null"#.utf8) + [0, 0x1F, 0x7F, 0xC3, 0xED, 0xFF]
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes.remove(at: index)
            case 1: bytes[index] = generator.pick(interesting)
            case 2: bytes.insert(generator.pick(interesting), at: index)
            case 3: bytes.removeSubrange(index...)
            default: bytes += bytes[index...]
            }
        }
        return bytes
    }

    private func randomValue(depth: Int, using generator: inout SeededGenerator) -> Any {
        switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &generator) {
        case 0: return NSNull()
        case 1: return Bool.random(using: &generator)
        case 2: return Int.random(in: -1_000_000...1_000_000, using: &generator)
        case 3, 4:
            return (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                generator.pick(["a", "é", "😀", "\"", "\\", "\n", "/", " ", "\u{1}"])
            }.joined()
        case 5:
            return (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                randomValue(depth: depth + 1, using: &generator)
            }
        default:
            return Dictionary(
                (0..<Int.random(in: 0...4, using: &generator)).map { index in
                    ("k\(index)", randomValue(depth: depth + 1, using: &generator))
                }
            ) { first, _ in first }
        }
    }

    /// Whether Foundation's verdict is the grammar's: it also refuses what the reader repairs, and numbers that
    /// no floating-point value holds.
    private func isPlain(_ data: Data) -> Bool {
        !data.contains(where: "\\eE".utf8.contains) && String(validating: data, as: UTF8.self) != nil
            && !data.starts(with: [0xEF, 0xBB, 0xBF])
    }

    private func isSame(_ value: JSONValue, _ expected: Any) -> Bool {
        switch value {
        case .null: return expected is NSNull
        case .bool(let value): return (expected as? NSNumber)?.boolValue == value
        case .number(let value): return (expected as? NSNumber)?.stringValue == value
        case .string(let value): return expected as? String == value
        case .array(let values):
            guard let expected = expected as? [Any], expected.count == values.count else { return false }
            return zip(values, expected).allSatisfy(isSame)
        case .object(let members):
            guard let expected = expected as? [String: Any], expected.count == members.count else { return false }
            return members.allSatisfy { key, value in expected[key].map { isSame(value, $0) } ?? false }
        }
    }
}
