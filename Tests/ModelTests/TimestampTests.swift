import Foundation
import Model
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct Times {
    @Test(
        arguments: [
            ("2026-04-21T09:15:00+0000", 1_776_762_900_000), ("2026-04-21T09:15:00+00:00", 1_776_762_900_000),
            ("2026-04-21T09:15:00Z", 1_776_762_900_000), ("2026-04-21T09:15:00.000+0000", 1_776_762_900_000),
            ("2026-04-21 09:15:00", 1_776_762_900_000), ("2026-04-21T11:15:00+02", 1_776_762_900_000),
            ("2026-04-21T04:45:00-04:30", 1_776_762_900_000), ("2026-04-21T09:15:00.5Z", 1_776_762_900_500),
            ("2026-04-21T09:15:00.123456789Z", 1_776_762_900_123), ("2026-04-21", 1_776_729_600_000),
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1000), ("2024-02-29", 1_709_164_800_000),
            ("2000-02-29", 951_782_400_000),
        ] as [(String, Int64)]
    )
    func formsOfBothAPIsAreRead(text: String, milliseconds: Int64) {
        #expect(Timestamp(text: text)?.milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            "", "x", "2026", "2026-4-21", "2026-13-01", "2026-00-01", "2026-04-31", "2026-04-00", "2023-02-29",
            "1900-02-29", "2026-04-21T", "2026-04-21T09:15", "2026-04-21T24:00:00Z", "2026-04-21T09:60:00Z",
            "2026-04-21T09:15:00.Z", "2026-04-21T09:15:00+", "2026-04-21T09:15:00+2", "2026-04-21T09:15:00+24:00",
            "2026-04-21T09:15:00Zx", " 2026-04-21", "2026-04-21T09:15:00+00:60", "２０２６-04-21", "2026-04-21T-9:15:00Z",
        ]
    )
    func anythingElseIsRefused(text: String) {
        #expect(Timestamp(text: text) == nil)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func whatIsWrittenIsReadBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let time = Timestamp(
                milliseconds: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator)
            )
            #expect(Timestamp(text: time.iso8601) == time, "\(time.iso8601)")
            #expect(time.iso8601.hasPrefix(time.isoDate + "T"))
            let minutes = Int64.random(in: -23 * 60...23 * 60, using: &generator)
            let local = Timestamp(milliseconds: time.milliseconds + minutes * 60_000).iso8601.dropLast()
            let zone = (minutes < 0 ? "-" : "+") + twoDigits(abs(minutes) / 60) + ":" + twoDigits(abs(minutes) % 60)
            guard local.first != "-", local.prefix(5).last == "-" else { continue }
            #expect(Timestamp(text: local + zone) == time, "\(local)\(zone)")
        }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func calendarAgreesWithFoundation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let style = Date.ISO8601FormatStyle()
        for _ in 0..<500 {
            let seconds = Int64.random(in: 0...4_102_444_800, using: &generator)
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            #expect(Timestamp(milliseconds: seconds * 1000).iso8601 == style.format(date))
        }
    }

    @Test func arithmeticIsInMilliseconds() {
        let time = Timestamp(milliseconds: 1000)
        #expect(time.advanced(by: .seconds(-2)).milliseconds == -1000)
        #expect(time.advanced(by: .microseconds(1999)).milliseconds == 1001)
        #expect(time.since(Timestamp(milliseconds: 250)) == .milliseconds(750))
        #expect(Timestamp(milliseconds: -1) < time)
    }

    @Test func codedAsABareNumber() throws {
        let data = try JSONEncoder().encode([Timestamp(milliseconds: 1_776_762_900_000)])
        #expect(String(decoding: data, as: UTF8.self) == "[1776762900000]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: data) == [Timestamp(milliseconds: 1_776_762_900_000)])
    }

    @Test func datesOfHeadersAreRead() {
        #expect(Timestamp(httpDate: "Tue, 21 Apr 2026 09:15:00 GMT") == Timestamp(text: "2026-04-21T09:15:00Z"))
        #expect(Timestamp(httpDate: "Tue, 21 Avr 2026 09:15:00 GMT") == nil)
        #expect(Timestamp(httpDate: "120") == nil)
    }

    private func twoDigits(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
