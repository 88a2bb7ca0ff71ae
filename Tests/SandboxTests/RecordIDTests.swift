import Testing

@testable import Sandbox

@Suite struct RecordIDTests {
    /// Pairs of short and long ids from recordings of real orgs.
    @Test(arguments: ["0017e00001W4GYRAA3", "0037e00001WZ30qAAD", "0012300000bVTq1AAG", "0057e00000RmwSWAAZ"])
    func suffixIsThatOfRealIDs(id: String) {
        #expect(RecordID.extended(String(id.prefix(15))) == id)
        #expect(RecordID.extended(id) == id)
    }

    @Test(arguments: ["", "00Q", "0017e00001W4GYRAA", "0017e00001W4GY!", "0017e00001W4GYRAA4"])
    func otherTextsAreNoIDs(text: String) {
        #expect(RecordID.extended(text) == nil)
    }

    @Test func numbersGiveDifferentIDs() {
        let ids = (1...5000).map { RecordID.make(prefix: "00Q", number: $0) }
        #expect(Set(ids).count == 5000 && ids.allSatisfy { $0.count == 18 && $0.hasPrefix("00Q") })
        let short = (1...5000).map(ShortID.make)
        #expect(Set(short).count == 5000)
        #expect(Set(short.map { $0.lowercased() }).count < 5000)
    }
}
