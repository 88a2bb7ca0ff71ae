import Model
import TestSupport

extension History {
    /// The history that this seed makes: the same one every time, though not with the same interleaving.
    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let people = (1...Int.random(in: 1...3, using: &random)).map { Person(number: $0, using: &random) }
        var told = Self.whatHappens(to: people, using: &random)
        if Bool.random(using: &random) { told.shuffle(using: &random) }
        self.init(seed: seed, people: people, steps: Self.steps(telling: told, using: &random))
    }

    /// Three to twelve things in their true order, some of which are told again at the end.
    private static func whatHappens(to people: [Person], using random: inout SeededGenerator) -> [Told] {
        var told: [Told] = []
        var moved: Set<Int> = []
        var time = Self.dawn
        for number in 1...Int.random(in: 3...9, using: &random) {
            time += Int64(random.pick([1, 20, 300, 900])) * 1000
            let index = Int.random(in: people.indices, using: &random)
            var event = Told(number, of: people[index], index: index, at: time, using: &random)
            if people[index].moves {
                if event.action == .emailChanged { moved.insert(index) }
                if moved.contains(index), event.email != nil { event.email = "new.\(people[index].email)" }
            }
            told.append(event)
            if event.action == .click || event.action == .open, Int.random(in: 0..<3, using: &random) == 0 {
                told.append(event.toldOtherwise(number))
            }
        }
        for event in told where Int.random(in: 0..<5, using: &random) == 0 {
            told.insert(event, at: Int.random(in: 0...told.count, using: &random))
        }
        return told
    }

    private static func steps(telling told: [Told], using random: inout SeededGenerator) -> [Step] {
        var steps: [Step] = []
        var rest = told[...]
        var jumps = 0
        while !rest.isEmpty {
            let count = min(rest.count, random.pick([1, 1, 2, 4]))
            steps.append(.tell(Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
            for _ in 0..<random.pick([0, 1, 1, 2]) {
                let step = Step.between(using: &random)
                if case .jump = step { jumps += 1 }
                if jumps <= HistoryClock.maximumJumps { steps.append(step) }
            }
        }
        return steps
    }

    /// A while before the clock's start: most provider's times lie before their receipt.
    static let dawn: Int64 = 1_776_762_900_000 - 3_600_000
}

extension History.Step {
    fileprivate static func between(using random: inout SeededGenerator) -> Self {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...3: .settle
        case 4...6: .breathe(random.pick([1, 5, 20]))
        case 7...9: .pass(random.pick([1, 30, 290, 590, 610, 2000]))
        case 10...11: .jump(random.pick([-7200, -600, -5, 5, 600, 7200]))
        case 12...16:
            .trouble(random.pick(History.Trouble.allCases), requests: Int.random(in: 1...3, using: &random))
        case 17...18: .restart(grace: random.pick([0, 20]))
        default: .secondWorker
        }
    }
}

extension History.Person {
    fileprivate init(number: Int, using random: inout SeededGenerator) {
        let count = random.pick([1, 1, 2, 3])
        let standing = random.pick(History.Standing.allCases + [.nothing, .nothing, .ownLead])
        email = "p\(number)@acme.example"
        contacts = (1...count).map { History.Contact(id: "c\(number)\($0)", listID: "L\($0)", using: &random) }
        moves = count == 1 && [.nothing, .ownLead].contains(standing) && Bool.random(using: &random)
        // A Lead whose address sales changed is found by the contact id alone, so by no other contact of the person.
        self.standing = standing.isElsewhere && count > 1 ? .lead : standing
    }

    /// Whether the person is to Salesforce what one contact tells, and nothing else.
    fileprivate var isTheirContact: Bool { standing == .nothing && contacts.count == 1 }
}

extension History.Standing {
    /// Whether the contact id is all that leads to the person.
    fileprivate var isElsewhere: Bool { self == .ownLeadElsewhere || self == .convertedElsewhere }

    /// Whether a Lead is stamped with the id of the person's first contact.
    fileprivate var knowsFirstContact: Bool {
        [.ownLead, .ownLeadElsewhere, .twoLeads, .converted, .convertedElsewhere].contains(self)
    }
}

extension History.Contact {
    fileprivate init(id: String, listID: String, using random: inout SeededGenerator) {
        self.init(id: id, listID: listID, profile: nil)
        guard Int.random(in: 0..<5, using: &random) > 0 else { return }
        profile = History.Profile(
            name: random.pick(["Fay Profile", nil]),
            company: random.pick(["Profile Inc", nil]),
            title: random.pick(["CTO", nil]),
            tags: random.pick([[], ["vip"], ["vip", "demo_watched"]]),
            createdOn: History.dawn - 86_400_000
        )
    }
}

extension Told {
    fileprivate init(
        _ number: Int,
        of person: History.Person,
        index: Int,
        at time: Int64,
        using random: inout SeededGenerator
    ) {
        let actions: [Action] = [
            .subscribe, .subscribe, .subscribe, .unsubscribe, .removed, .open, .click, .tagApplied, .customFieldChanged,
        ]
        let action = random.pick(person.moves ? actions + [.emailChanged, .emailChanged] : actions)
        let contact = random.pick(person.contacts)
        self.init(
            shape: random.pick(Self.shapes[action] ?? [.webhook]),
            action: action,
            person: index,
            contactID: contact.id,
            listID: contact.listID,
            email: random.pick([person.email, person.email, person.email.uppercased()])
        )
        switch action {
        case .subscribe: name = random.pick(["Ann Lee", "Bo Ray", nil])
        case .customFieldChanged: name = random.pick(["Ann Lee", nil])
        case .unsubscribe:
            // The id alone is enough where Salesforce knows it, or where whatever makes a Lead will tell it.
            let isKnown = contact == person.contacts[0] && person.standing.knowsFirstContact
            if shape == .callback, isKnown || person.isTheirContact, Bool.random(using: &random) { email = nil }
        case .removed: reason = random.pick(Self.reasons)
        case .open: message = random.pick(["M1", "M2"])
        case .click: (message, link) = (random.pick(["M1", "M2"]), random.pick(["K1", "K2"]))
        case .tagApplied: tag = random.pick(["demo_watched", "vip", "news"])
        case .emailChanged: previousEmail = person.email
        default: break
        }
        if shape == .webhook {
            webhookID = "w\(number)"
            occurredAt = time
        }
        if shape == .guide, action == .subscribe {
            tags = random.pick([[], ["news"], ["news", "trial"]])
            createdOn = time
        }
        if action == .customFieldChanged || tags != nil {
            company = random.pick(["Acme Corp", "Other Ltd", nil])
            title = random.pick(["VP", nil])
        }
        // A Zap that does not map the id; not where the id alone says who it is.
        let needsID = person.moves || person.isTheirContact || person.standing.isElsewhere
        if shape == .zap, !needsID, Bool.random(using: &random) { contactID = nil }
    }

    /// The same open or click as another source tells it.
    fileprivate func toldOtherwise(_ number: Int) -> Told {
        var copy = self
        copy.shape = shape == .callback ? .webhook : .callback
        copy.webhookID = copy.shape == .webhook ? "v\(number)" : nil
        copy.occurredAt = copy.shape == .webhook ? History.dawn : nil
        return copy
    }

    private static let shapes: [Action: [Shape]] = [
        .subscribe: [.callback, .guide, .guide, .webhook, .zap],
        .unsubscribe: [.callback, .guide, .webhook, .zap],
        .open: [.callback, .webhook],
        .click: [.callback, .webhook],
        .tagApplied: [.guide],
    ]

    private static let reasons = [
        "unsubscribe", "complaint", "blacklisted", "bounce", "api", "automation", "cleaner", "support", "user",
    ]
}
