@testable import Worker

/// What happens in one random run: who is there, and then one thing after the other.
struct History {
    /// What GetResponse knows of a contact when it is asked.
    struct Profile: Hashable {
        var name: String?
        var company: String?
        var title: String?
        var tags: [String]
        var createdOn: Int64
    }

    /// A contact of one list; GetResponse has no profile of one that left.
    struct Contact: Hashable {
        var id: String
        var listID: String
        var profile: Profile?
    }

    /// What Salesforce holds of a person before anything is told.
    enum Standing: String, CaseIterable {
        case nothing, lead, bareLead, ownLead, ownLeadElsewhere, twoLeads, contact, contactAndLead, converted,
            convertedElsewhere
    }

    struct Person: Hashable {
        var email: String
        var contacts: [Contact]
        var standing: Standing
        /// Whether the address changes while things are told.
        var moves: Bool
    }

    enum Trouble: String, CaseIterable {
        case unavailable, lockedRow, lostAnswer, lostRequest, slowAnswer, sessionExpired
        case getResponseBusy, getResponseUnavailable, getResponseLost
    }

    enum Step {
        /// These arrive together, in this order.
        case tell([Told])
        /// Both clocks run on, in seconds.
        case pass(Int)
        /// Somebody sets the wall clock, by seconds.
        case jump(Int)
        /// The next requests go wrong.
        case trouble(Trouble, requests: Int)
        /// A worker is told to stop, and another takes its place; seconds that it gets to finish.
        case restart(grace: Int)
        case secondWorker
        /// What is ready gets done.
        case settle
        /// Real milliseconds, for whatever is under way to get some way.
        case breathe(Int)
    }

    /// Where the first worker dies, as if it had been killed there.
    struct Death: Hashable {
        var step: FailPoint.Step
        /// At which passing, from 1.
        var number: Int
    }

    var seed: UInt64
    var people: [Person]
    var steps: [Step]
    var death: Death?

    var told: [Told] { steps.flatMap(\.told) }
    var restarts: Bool {
        steps.contains { if case .restart = $0 { true } else { false } }
    }

    /// The same with one step less, or one telling less.
    var smaller: [History] {
        steps.indices.flatMap { index -> [History] in
            var without = self
            without.steps.remove(at: index)
            let told = steps[index].told
            guard told.count > 1 else { return [without] }
            return [without]
                + told.indices.map { place in
                    var fewer = told
                    fewer.remove(at: place)
                    var copy = self
                    copy.steps[index] = .tell(fewer)
                    return copy
                }
        }
    }
}

extension History.Step {
    var told: [Told] {
        guard case .tell(let told) = self else { return [] }
        return told
    }
}

extension History: CustomStringConvertible {
    var description: String {
        let cast = people.map { person in
            let contacts = person.contacts.map { contact in
                "\(contact.id) in \(contact.listID) \(contact.profile.map { "\($0)" } ?? "(GetResponse has it no more)")"
            }
            return "  \(person.email): \(person.standing.rawValue) in Salesforce; \(contacts.joined(separator: ", "))"
        }
        let lines = steps.map { step in
            switch step {
            case .tell(let told): "  tell " + told.map(\.description).joined(separator: "\n   and ")
            case .pass(let seconds): "  \(seconds) s pass"
            case .jump(let seconds): "  the wall clock jumps by \(seconds) s"
            case .trouble(let trouble, let requests): "  the next \(requests) requests: \(trouble.rawValue)"
            case .restart(let grace): "  a worker is replaced, with \(grace) s to finish"
            case .secondWorker: "  a second worker starts"
            case .settle: "  what is ready gets done"
            case .breathe(let milliseconds): "  \(milliseconds) ms of real time"
            }
        }
        let death = death.map { "  the first worker dies at \($0.step), passing \($0.number)" }
        return (["history \(seed):"] + cast + [death].compactMap(\.self) + lines).joined(separator: "\n")
    }
}
