import Journal
import Logging
import Metrics
import Model
import Planning
import Salesforce

/// What the describe of the org's objects spares: refused requests, and Leads that are lost for a long text.
extension EventExecutor {
    /// Learns what the objects look like that the event may write, where that is not known; an opt-out does not wait for it.
    func learnShape(for event: ClaimedEvent) async {
        guard !event.isOptOut else { return }
        await shape.refresh(writtenObjects(event))
    }

    /// Pauses what the describe says can't be written, before an event is spent on it.
    ///
    /// The flag that consent hangs on is an alarm though nothing of it is to be written yet.
    func pauseUnwritable(_ shared: [SharedIntent], of event: ClaimedEvent) async {
        guard !event.isOptOut else { return }
        var subjects: Set<PauseSubject> = []
        let necessity = FieldNecessity(names: configuration.policy.fields)
        for intent in shared.map(\.intent) where !intent.isBestEffort {
            for name in shape.obstacles(to: intent, necessity) {
                subjects.insert(.field(object: intent.object.rawValue, name: name))
            }
        }
        for object in writtenObjects(event) where [.lead, .contact].contains(object) {
            guard shape.forbids(Self.optOutFlag, of: object) else { continue }
            subjects.insert(.field(object: object.rawValue, name: Self.optOutFlag))
        }
        guard !subjects.isEmpty else { return }
        let known = Set(((try? await pausesInForce()) ?? []).map(\.subject))
        for subject in subjects.subtracting(known) {
            let until = now.advanced(by: configuration.retry.configurationPause)
            await pause(subject, until: until, errorClass: .configuration, reason: Self.reason(subject))
        }
    }

    /// Tells of texts that were too long for their fields: each time by the metric, once a field in the log.
    func reportShortened(_ effects: [PlannedEffect]) {
        for intent in effects.filter({ !$0.isConfirmed }).map(\.intent) {
            for field in intent.shortened.sorted() {
                Counter(
                    label: "leadrelay_texts_shortened_total",
                    dimensions: [("object", intent.object.rawValue), ("field", field)]
                ).increment()
                guard shape.isFirstCut(of: field, in: intent.object) else { continue }
                logger.notice(
                    "A text is too long for its field: it is cut, or left out where a part is worth nothing",
                    metadata: ["object": "\(intent.object.rawValue)", "field": "\(field)"]
                )
            }
        }
    }

    private static let optOutFlag = "HasOptedOutOfEmail"

    private func writtenObjects(_ event: ClaimedEvent) -> [SalesforceObject] {
        let second: SalesforceObject = [.open, .click].contains(event.action) ? .task : .contact
        return [.lead, second] + (configuration.policy.campaigns.isEmpty ? [] : [.campaignMember])
    }

    private static func reason(_ subject: PauseSubject) -> String {
        guard case .field(let object, let name) = subject, !name.isEmpty else {
            return "Salesforce's description of the object says that our user may not write it (\(subject.name))."
        }
        return
            "Salesforce's description of \(object) says that the field \(name) is missing, hidden from our user, or not "
            + "to be written: check that it exists and that the user's permission set lets it be edited."
    }
}
