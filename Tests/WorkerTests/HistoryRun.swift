import Foundation
import Journal
import Model
import Sandbox
import Testing

/// Carries a history out, and says what came of it.
struct HistoryRun {
    let history: History

    /// What is wrong with the end; empty where all is as promised.
    func problems() async throws -> [String] {
        try await HistoryWorld.with(history) { world in
            let standings = try history.people.map { try HistoryStanding($0, in: world.sandbox) }
            for profiled in history.people { addContacts(of: profiled, to: world.sandbox) }
            world.startWorker()
            do {
                for step in history.steps { try await carryOut(step, in: world) }
                world.sandbox.salesforce.faults.clear()
                world.sandbox.getResponse.faults.clear()
                try await drain(world)
            } catch let error as NotInTime {
                return ["It was stuck: \(error)"]
            }
            let verdict = HistoryVerdict(
                history: history,
                receipts: world.receipts,
                rows: try HistoryRows.read(world.journalPath),
                standings: standings,
                sandbox: world.sandbox,
                clock: world.clock
            )
            let problems = verdict.problems
            return problems.isEmpty ? [] : problems + verdict.rows.story
        }
    }

    private func addContacts(of person: History.Person, to sandbox: Sandbox) {
        for contact in person.contacts {
            guard let profile = contact.profile else { continue }
            let fields = [("company", profile.company), ("job_title", profile.title)]
            sandbox.getResponse.addContact(
                GetResponseContact(
                    id: contact.id,
                    email: person.email,
                    name: profile.name,
                    listID: contact.listID,
                    createdOn: profile.createdOn,
                    tags: profile.tags,
                    customFields: fields.compactMap { name, value in value.map { (name: name, values: [$0]) } }
                )
            )
        }
    }

    private func carryOut(_ step: History.Step, in world: HistoryWorld) async throws {
        switch step {
        case .tell(let told): try await world.tell(told)
        case .pass(let seconds): try await pass(seconds, in: world)
        case .jump(let seconds): world.clock.jump(seconds: seconds)
        case .trouble(let trouble, let requests): trouble.arise(in: world.sandbox, requests: requests)
        case .restart(let grace): try await world.replaceWorker(grace: .seconds(grace))
        case .secondWorker: world.startWorker()
        case .settle: try await eventually("settled", within: .seconds(20)) { try await world.isQuiet() }
        case .breathe(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    /// Lets time pass in pieces that no lease can run out in.
    private func pass(_ seconds: Int, in world: HistoryWorld) async throws {
        var left = seconds
        while left > 0 {
            try await eventually("quiet", within: .seconds(20)) { try await world.isQuiet() }
            let piece = min(left, 120)
            world.clock.advance(by: .seconds(piece))
            left -= piece
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Lets time pass until everything has its end, faster the longer nothing happens.
    private func drain(_ world: HistoryWorld) async throws {
        var step = 1
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            guard ContinuousClock.now < deadline else {
                let status = try await world.journal.reader.status()
                throw NotInTime(description: "\(status)\n\(try await events(in: world))")
            }
            if try await world.isQuiet() {
                let status = try await world.journal.reader.status()
                if status.depths.allSatisfy({ $0.state == "dead" }) { return }
                world.clock.advance(by: .seconds(step))
                step = min(step * 2, 600)
            } else {
                step = 1
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func events(in world: HistoryWorld) async throws -> String {
        var lines: [String] = []
        while let event = try await EventView(Int64(lines.count + 1), in: world.journal) { lines.append("\(event)") }
        return lines.joined(separator: "\n")
    }
}

extension History.Trouble {
    fileprivate func arise(in sandbox: Sandbox, requests: Int) {
        let writes = RequestMatcher.satisfying {
            $0.method == "PATCH" || ($0.method == "POST" && $0.path.contains("/sobjects/"))
                || String(decoding: $0.body, as: UTF8.self).contains("/composite/sobjects/")
        }
        let salesforce = sandbox.salesforce.faults
        let getResponse = sandbox.getResponse.faults
        switch self {
        case .unavailable: salesforce.inject(.serviceUnavailable, next: requests)
        case .lockedRow: salesforce.inject(.unableToLockRow, next: requests, matching: writes)
        case .lostAnswer: salesforce.inject(.dropAfterWork, next: requests, matching: writes)
        case .lostRequest: salesforce.inject(.dropBeforeWork, next: requests)
        case .slowAnswer: salesforce.inject(.delay(.milliseconds(60)), next: requests)
        case .sessionExpired: sandbox.salesforce.expireTokens()
        case .getResponseBusy:
            getResponse.inject(
                .respond(status: 429, body: Self.tooMany, contentType: "application/json"),
                next: requests
            )
        case .getResponseUnavailable: getResponse.inject(.serviceUnavailable, next: requests)
        case .getResponseLost: getResponse.inject(.dropAfterWork, next: requests)
        }
    }

    private static let tooMany = """
        {"httpStatus":429,"code":1015,"codeDescription":"quota reached","message":"please wait","context":[]}
        """
}
