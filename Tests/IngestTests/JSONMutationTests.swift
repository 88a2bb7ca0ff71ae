import Foundation
import Ingest
import TestSupport
import Testing

/// Random texts, whole and damaged, judged beside Foundation's parser.
@Suite struct JSONMutationTests {
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func whateverIsBuiltAsJSONIsWellFormed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let text = Self.value(depth: 0, &random)
            #expect(JSONWellFormedness.holds(for: Array(text.utf8)), "seed \(seed): \(text)")
            #expect(Self.foundationAccepts(Array(text.utf8)), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func damagedTextIsJudgedAsFoundationJudgesIt(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<1500 {
            var bytes = Array(Self.value(depth: 0, &random).utf8)
            for _ in 0..<Int.random(in: 1...2, using: &random) { Self.damage(&bytes, &random) }
            let isWellFormed = JSONWellFormedness.holds(for: bytes)
            if !isWellFormed { refused += 1 }
            guard isWellFormed != Self.foundationAccepts(bytes), !Self.isKnownDifference(bytes) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            Issue.record("seed \(seed): \(isWellFormed ? "accepted" : "refused") \(text) \(bytes)")
        }
        #expect((300...1450).contains(refused), "seed \(seed): \(refused) refused")
    }

    private static func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    /// Foundation refuses a lone surrogate's escape and a number beyond Double, which the grammar allows, and reads UTF-16
    /// and UTF-32, which RFC 8259 no longer does.
    private static func isKnownDifference(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        return text.contains("\\ud") || text.contains(/[0-9]e[+-]?[0-9]{3}/) || bytes.contains(0)
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> String {
        let space = ["", "", " ", "\n", "\t "].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<(depth > 4 ? 5 : 8), using: &random) {
        case 0: return space + (["true", "false", "null"].randomElement(using: &random) ?? "null")
        case 1: return "\(Int.random(in: -1000...1000, using: &random))\(space)"
        case 2: return "\(Double(Int.random(in: -9999...9999, using: &random)) / 8)"
        case 3, 4: return space + string(&random)
        case 5, 6:
            let members = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                "\(string(&random))\(space):\(value(depth: depth + 1, &random))"
            }
            return "{\(space)\(members.joined(separator: ","))}"
        default:
            let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth + 1, &random) }
            return "[\(space)\(elements.joined(separator: "\(space),"))]"
        }
    }

    private static func string(_ random: inout SeededGenerator) -> String {
        let pieces = ["a", "Z", "ß", "€", "😀", "\\n", "\\\\", "\\\"", "\\u0041", "\\/", " ", "@", "0"]
        let count = Int.random(in: 0...5, using: &random)
        return "\"\((0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined())\""
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let symbols = Array("{}[]:,\"\\ 0123.-eunt\n\t'/".utf8) + [0x80, 0xC3, 0xED, 0xF0, 0xFF, 0x1F, 0x7F]
        let symbol = symbols.randomElement(using: &random) ?? 0x20
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(symbol, at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] = symbol
        default: bytes.removeLast(min(bytes.count, Int.random(in: 1...3, using: &random)))
        }
    }
}
