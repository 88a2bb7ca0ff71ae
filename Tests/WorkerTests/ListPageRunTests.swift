import GetResponse
import Journal
import Model
import Testing

@testable import Worker

@Suite("A walk over a list's pages")
struct ListPageRunTests {
    private func run(of contacts: Int, perPage: Int = 10) -> ListPageRun {
        let crowd = ListCrowd(
            listID: "L1",
            contactIDs: Set((0..<contacts).map { "c\($0)" }),
            subscribedAt: Timestamp(milliseconds: 10_000_000)...Timestamp(milliseconds: 20_000_000),
            lane: .lead
        )
        return ListPageRun(crowd, margin: .seconds(3600), perPage: perPage)
    }

    private func page(_ numbers: Range<Int>, of pages: Int?) -> ContactPage {
        ContactPage(contacts: numbers.map { ContactDetails(contactID: "c\($0)", name: "N\($0)") }, totalPages: pages)
    }

    @Test func asksForThoseWhoJoinedAroundTheTimesOfTheirSubscribes() {
        let query = run(of: 2).query
        #expect(query.listID == "L1")
        #expect(query.page == 1)
        #expect(query.createdOn.lowerBound == Timestamp(milliseconds: 6_400_000))
        #expect(query.createdOn.upperBound == Timestamp(milliseconds: 23_600_000))
    }

    @Test func endsWhenEverybodyIsFound() {
        var run = run(of: 3)
        run.take(page(0..<9, of: 2))
        #expect(run.isOver)
        #expect(run.missing.isEmpty)
    }

    @Test func goesOnWhileThePagesLeftAreFewerThanTheContactsLeft() {
        var run = run(of: 25)
        run.take(page(0..<10, of: 3))
        #expect(!run.isOver)
        #expect(run.query.page == 2)
        run.take(page(10..<20, of: 3))
        #expect(run.query.page == 3)
        run.take(page(20..<25, of: 3))
        #expect(run.isOver)
    }

    @Test func endsWhenOneRequestEachIsNoMoreThanThePagesLeft() {
        var run = run(of: 4)
        run.take(page(0..<2, of: 3))
        #expect(run.isOver, "two pages for two contacts save nothing")
        #expect(run.missing == ["c2", "c3"])
    }

    @Test func withoutACountAFullPageIsFollowedAndAShortOneIsTheLast() {
        var run = run(of: 30)
        run.take(page(0..<10, of: nil))
        #expect(!run.isOver)
        run.take(page(10..<13, of: nil))
        #expect(run.isOver)
        #expect(run.missing.count == 17)
    }

    @Test func emptyPageIsTheLastWhateverTheServerCounts() {
        var run = run(of: 30)
        run.take(page(0..<0, of: 9))
        #expect(run.isOver)
    }
}
