import Logging
import Model
import TestSupport
import Testing

@testable import Journal
@testable import Worker

@Suite("The book of leases")
struct LeaseBookTests {
    private func event(_ id: Int64, claim: Int64 = 1, until: Int64 = 1000) -> ClaimedEvent {
        ClaimedEvent(
            ticket: ClaimTicket(eventID: id, claim: claim, owner: "w"),
            idempotencyKey: "k\(id)",
            action: .subscribe,
            source: .getresponse,
            person: nil,
            previousPerson: nil,
            contactID: nil,
            listID: nil,
            occurredAt: Timestamp(milliseconds: 0),
            receivedAt: Timestamp(milliseconds: 0),
            payload: EventPayload(contact: ContactDetails()),
            lane: .lead,
            isOptOut: false,
            attempt: 1,
            redrive: 0,
            claimedAt: Timestamp(milliseconds: 0),
            leaseUntilBoot: until
        )
    }

    @Test func leaseShrinksWithTheClockAndNeverBelowNothing() {
        let book = LeaseBook()
        let event = event(1)
        book.add(event)
        #expect(book.millisecondsLeft(event.ticket, nowBoot: 400) == 600)
        #expect(book.millisecondsLeft(event.ticket, nowBoot: 4000) == 0)
    }

    @Test func renewalExtendsALeaseAndALostOneIsForgotten() {
        let book = LeaseBook()
        let kept = event(1)
        let lost = event(2)
        book.add(kept)
        book.add(lost)
        book.update(book.tickets, renewed: [1: 5000])
        #expect(book.millisecondsLeft(kept.ticket, nowBoot: 0) == 5000)
        #expect(book.millisecondsLeft(lost.ticket, nowBoot: 0) == 0)
        #expect(book.tickets == [kept.ticket])
    }

    @Test func earlierClaimNeitherHasNorEndsTheLeaseOfALaterOne() {
        let book = LeaseBook()
        let earlier = event(1, claim: 1)
        let later = event(1, claim: 2, until: 9000)
        book.add(earlier)
        book.add(later)
        #expect(book.millisecondsLeft(earlier.ticket, nowBoot: 0) == 0)
        book.remove(earlier.ticket)
        book.update([earlier.ticket], renewed: [:])
        #expect(book.millisecondsLeft(later.ticket, nowBoot: 0) == 9000)
        book.remove(later.ticket)
        #expect(book.count == 0)
    }
}

@Suite("What an org may lack")
struct OrgShapeTests {
    @Test func onlyTheOptionalFieldsAreOptional() {
        let names = SalesforceFieldNames()
        let necessity = FieldNecessity(names: names)
        let optional: Set<String> = [names.lastUnsubscribeDate, names.score]
        let known = [
            names.contactID, names.listID, names.tags, names.subscriptionDate, names.lastEmailOpened,
            names.lastUnsubscribeDate, names.score, names.eventKey, "HasOptedOutOfEmail", "Email", "Status",
        ]
        for name in known {
            #expect(necessity.isOptional(name, of: .lead) == optional.contains(name), "\(name)")
            #expect(necessity.isOptional(name, of: .contact) == name.hasSuffix("__c"), "\(name)")
            #expect(necessity.isOptional(name, of: .task) == (name == names.eventKey), "\(name)")
            #expect(!necessity.isOptional(name, of: .campaignMember), "\(name)")
        }
    }

    @Test func fieldsWithOtherNamesAreOptionalUnderThose() {
        var names = SalesforceFieldNames()
        names.lastUnsubscribeDate = "Opted_Out_On__c"
        let necessity = FieldNecessity(names: names)
        #expect(necessity.isOptional("Opted_Out_On__c", of: .lead))
        #expect(!necessity.isOptional("Last_Unsubscribe_Date__c", of: .lead))
    }

    @Test func whatIsMissingIsLeftOutForADay() {
        let shape = OrgShape(
            describes: nil,
            names: SalesforceFieldNames(),
            rest: .seconds(1),
            time: ManualTimeSource(),
            logger: Logger(label: "worker.tests") { _ in SwiftLogNoOpLogHandler() }
        )
        shape.remember(missing: "A__c", of: .lead, nowBoot: 1000)
        #expect(shape.stripped(["A__c": "x", "B__c": "y"], of: .lead, nowBoot: 2000) == ["B__c": "y"])
        #expect(shape.stripped(["A__c": "x"], of: .contact, nowBoot: 2000) == ["A__c": "x"])
        #expect(!shape.isMissing("A__c", of: .lead, nowBoot: 1000 + 86_400_000))
    }
}

@Suite("Fail points")
struct FailPointTests {
    @Test(arguments: FailPoint.Step.allCases)
    func unarmedOrArmedElsewhereTheyDoNothing(step: FailPoint.Step) {
        FailPoint().pass(step)
        for other in FailPoint.Step.allCases where other != step { FailPoint(armed: other).pass(step) }
    }

    @Test(arguments: FailPoint.Step.allCases)
    func settingNamesTheStepAndThePassing(step: FailPoint.Step) {
        let first = FailPoint(setting: step.rawValue)
        #expect(first.armed == step)
        #expect(first.number == 1)
        let third = FailPoint(setting: "\(step.rawValue):3")
        #expect(third.armed == step)
        #expect(third.number == 3)
        // The first two passings do nothing.
        third.pass(step)
        third.pass(step)
    }

    @Test(arguments: [nil, "", "nowhere", "claimed:", "claimed:often"])
    func anythingElseArmsNothing(setting: String?) {
        #expect(FailPoint(setting: setting).armed == nil)
    }
}
