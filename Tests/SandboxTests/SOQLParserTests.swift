import TestSupport
import Testing

@testable import Sandbox

@Suite struct SOQLParserTests {
    @Test func queryIsReadInAllItsParts() throws {
        let query = try SOQLParser.parse(
            """
            select Id, ConvertedContact.Email from Lead
            where (Email = 'o\\'brien@example.com' or Email in ('a', 'b')) and IsConverted = false and not Name like 'J%'
            order by CreatedDate desc nulls last, Id limit 10 offset 5
            """
        )
        guard case .fields(let fields) = query.selection else {
            Issue.record("no fields")
            return
        }
        #expect(fields.map(\.text) == ["Id", "ConvertedContact.Email"])
        #expect(query.object.text == "Lead" && query.limit == 10 && query.offset == 5)
        #expect(query.order.map(\.isAscending) == [false, true] && query.order.map(\.nullsLast) == [true, false])
        guard case .and(let parts) = query.condition, case .or(let emails) = parts[0],
            case .comparison(_, .equal, let literal) = emails[0]
        else {
            Issue.record("not an AND of three, the first an OR: \(String(describing: query.condition))")
            return
        }
        #expect(parts.count == 3 && literal.value == .string("o'brien@example.com"))
    }

    @Test func countHasNoFields() throws {
        #expect(try SOQLParser.parse("SELECT count() FROM Lead").selection == .count)
    }

    @Test(arguments: [
        ("SELECT Id FROM", "<EOF>"), ("SELECT FROM Lead", "FROM"), ("SELECT Id, FROM Lead", "FROM"),
        ("SELECT Id Lead", "Lead"), ("SELECT Id FROM Lead WHERE", "<EOF>"),
        ("SELECT Id FROM Lead WHERE Email", "<EOF>"), ("SELECT Id FROM Lead WHERE Email = ", "<EOF>"),
        ("SELECT Id FROM Lead WHERE Email = jane", "jane"), ("SELECT Id FROM Lead WHERE Email IN ()", ")"),
        ("SELECT Id FROM Lead WHERE Email = 'a' AND Name = 'b' OR Title = 'c'", "OR"),
        ("SELECT Id FROM Lead WHERE Email = 'a' OR Name = 'b' AND Title = 'c'", "AND"),
        ("SELECT Id FROM Lead WHERE (Email = 'a'", "<EOF>"), ("SELECT Id FROM Lead LIMIT x", "x"),
        ("SELECT Id FROM Lead GROUP BY Id", "GROUP"), ("SELECT * FROM Lead", ""), ("UPDATE Lead", "UPDATE"),
        ("SELECT Id FROM Lead WHERE Email = 'x\\' OR Email != ''", ""),
        ("SELECT Id FROM Lead WHERE Email = 'a\\q'", "a"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-13-01", "2026-13-01"), ("SELECT Id FROM Lead;", ""),
    ])
    func whatIsNoQueryIsMalformed(query: String, token: String) {
        let error = #expect(throws: SOQLError.self) { try SOQLParser.parse(query) }
        #expect(error?.code == "MALFORMED_QUERY")
        #expect(error?.reason.contains(token) == true)
    }

    @Test func messageShowsThePlace() {
        let query = "select count() from XYZZY"
        let error = SOQLError(code: "INVALID_TYPE", reason: "sObject type 'XYZZY' is not supported.", position: 20)
        // The shape is that of a recorded answer.
        #expect(
            error.message(for: query)
                == "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\n"
                + "sObject type 'XYZZY' is not supported."
        )
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func escapedTextComesBackAsItWas(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("'\\\"%_\n\r\t\u{8}\u{c}aZ09 @.é😀-()[]{}")
        for _ in 0..<100 {
            let length = Int.random(in: 0...12, using: &generator)
            let text = String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            let query = try SOQLParser.parse("SELECT Id FROM Lead WHERE Email = '\(escaped(text))' AND Id = null")
            guard case .and(let parts) = query.condition, case .comparison(_, .equal, let literal) = parts[0] else {
                Issue.record("seed \(seed): \(text.debugDescription) broke out of its quotes")
                return
            }
            #expect(literal.value == .string(text), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func randomWordsNeverCrashTheParser(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "SELECT", "Id", "FROM", "Lead", "WHERE", "AND", "OR", "NOT", "(", ")", "=", "!=", "'a'", "IN", "LIKE", "5",
            ",", "ORDER", "BY", "LIMIT", "null", "2026-01-01T00:00:00Z", "NULLS", "COUNT", "TODAY", "LAST_N_DAYS", ":",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...14, using: &generator)
            let text =
                "SELECT Id FROM Lead "
                + (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }
                .joined(separator: " ")
            do throws(SOQLError) {
                _ = try SOQLParser.parse(text)
            } catch {
                #expect(!error.message(for: text).isEmpty)
            }
        }
    }

    @Test(arguments: [
        ("J%", "jane", true), ("J%", "ajane", false), ("%AN%", "jane", true), ("j_ne", "jane", true),
        ("j_ne", "jne", false), ("%", "", true), ("", "", true), ("", "a", false), ("100\\%", "100%", true),
        ("100\\%", "1000", false), ("a\\_b", "a_b", true), ("a\\_b", "axb", false), ("%a%b%", "xxaxxbxx", true),
        ("%a%b%", "xxbxxaxx", false),
    ])
    func likeMatchesTheWholeText(raw: String, text: String, matches: Bool) throws {
        let pattern = try #require(SOQLText.pattern(raw))
        #expect(pattern.matches(text) == matches)
    }

    /// The escapes of the SOQL reference, written down a second time.
    private func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\\\"
            case "'": "\\'"
            case "\"": "\\\""
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "\u{8}": "\\b"
            case "\u{c}": "\\f"
            case "\r\n": "\\r\\n"
            default: String(character)
            }
        }.joined()
    }
}
