import Foundation
import Ingest
import Testing

@Suite struct JSONWellFormednessTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "10", "1.5", "-1.25e-10", "1E+3", "\"\"", "[]", "{}", " [ ] ", "\t{\n}\r",
        "[1,2,3]", "[[],{}]", #"{"a":1,"a":2}"#, #"{"a":{"b":[null,{"c":"d"}]},"e":""}"#, #" {"a" : [ 1 , 2 ] } "#,
        #""\"\\\/\b\f\n\r\tÄ""#, #""\ud83d\ude00""#, #""\ud800""#, "\"ä€😀\u{7F}\"", "\u{FEFF}{}", "[\"\u{2028}\"]",
        #"{"":0}"#,
    ])
    func wellFormed(text: String) {
        #expect(JSONWellFormedness.holds(for: Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "\u{FEFF}", "nul", "nulll", "True", "tru e", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10",
        "NaN", "Infinity", "\"", "\"a", "'a'", "\"\\x\"", "\"\\u12g4\"", "\"\\u123\"", "\"\\", "\"a\nb\"", "\"\t\"",
        "\"\u{0}\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{", "}", "{]", "[}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{1:2}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\":1]", "[1}", "1 2",
        "{}{}", "[] []", "null,", "{}\u{0}", "// c\n1", "[1]/**/", "\u{FEFF}\u{FEFF}1", "\u{A0}1", "action=subscribe",
        "{\"a\":1", "{\"a\":[1}", "\"a\"b",
    ])
    func illFormed(text: String) {
        #expect(!JSONWellFormedness.holds(for: Array(text.utf8)))
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xFE], [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x9F, 0x98, 0x28],
        ] as [[UInt8]]
    )
    func brokenUTF8IsIllFormed(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(!JSONWellFormedness.holds(for: [quote] + bytes + [quote]))
        #expect(!JSONWellFormedness.holds(for: [quote] + bytes))
    }

    @Test func everyScalarIsWellFormedInAString() {
        var text = ""
        for value in UInt32(0x20)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            text.unicodeScalars.append(scalar)
        }
        #expect(JSONWellFormedness.holds(for: Array("\"\(text)\"".utf8)))
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func nestingHasALimit(open: String, close: String) {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        #expect(JSONWellFormedness.holds(for: nested(512)))
        #expect(!JSONWellFormedness.holds(for: nested(513)))
        #expect(!JSONWellFormedness.holds(for: nested(1_000_000)))
    }

    @Test func emptyContainerCountsAsALevel() {
        let open = String(repeating: "[", count: 512)
        let close = String(repeating: "]", count: 512)
        #expect(JSONWellFormedness.holds(for: Array("\(open)\(close)".utf8)))
        #expect(!JSONWellFormedness.holds(for: Array("\(open)[]\(close)".utf8)))
    }
}
