import GetResponse
import Journal
import Logging
import Model
import Time

extension ProfileFetching {
    /// Asks for one contact, and keeps what comes or puts the fetch off.
    func fetch(_ request: ProfileRequest, through gate: JournalRequestGate) async {
        do {
            do {
                let details = try await contact(request.contactID, through: gate)
                configuration.fetching.afterAnswer()
                try await journal.storeProfile(details, contactID: request.contactID)
                count("fetched")
            } catch let error as GetResponseError {
                count(error.errorClass.rawValue)
                try await handle(error, of: request)
            }
        } catch {
            logger.error(
                "A profile could not be recorded; it is asked for again",
                metadata: ["event.id": "\(request.eventID)", "error": "\(error)"]
            )
        }
    }

    /// Asks for the fields that are mapped, or for all where this account refuses to be told which.
    ///
    /// The client then asks a second time by itself; at an even pace that request is never granted at once. What was learnt
    /// from the refusal is kept, so that the next try, and everybody's after it, is one request again.
    private func contact(
        _ contactID: String,
        through gate: JournalRequestGate
    ) async throws(GetResponseError) -> ContactDetails {
        let details: ContactDetails
        do {
            details = try await client(gate).contact(id: contactID, fields: refusesFields ? [] : nil)
        } catch {
            if case .budgetExhausted = error, gate.wasAnswered(400) { rememberRefusedFields() }
            throw error
        }
        if gate.wasAnswered(400) { rememberRefusedFields() }
        return details
    }

    /// Asks for the next page of a walk, and keeps whom it finds.
    ///
    /// - Returns: The walk as it goes on; nil when it is over.
    func fetchPage(_ run: ListPageRun, through gate: JournalRequestGate) async -> ListPageRun? {
        var run = run
        do {
            do {
                let page = try await client(gate).contacts(run.query)
                run.take(page)
                try await journal.storeListed(page.contacts)
                count("page")
                guard run.isOver else { return run }
                try await journal.endPages(ofList: run.query.listID, missing: run.missing)
            } catch let error as GetResponseError {
                count(error.errorClass.rawValue)
                try await handle(error, of: run)
            }
        } catch {
            logger.error(
                "A page of a list could not be recorded; it is asked for again",
                metadata: ["error": "\(error)"]
            )
        }
        return nil
    }

    private func handle(_ error: GetResponseError, of request: ProfileRequest) async throws(JournalError) {
        switch error {
        case .notFound, .invalidRequest, .undecodable:
            guard request.failures < configuration.profilePatience.count else {
                logger.notice(
                    "Gave up on a profile",
                    metadata: ["event.id": "\(request.eventID)", "reason": "\(error)"]
                )
                return try await journal.storeProfile(nil, contactID: request.contactID)
            }
            try await journal.postponeProfile(
                of: request,
                until: now.advanced(by: configuration.profilePatience[request.failures]),
                countsAsFailure: true,
                reason: "\(error)"
            )
        default:
            try await journal.postponeProfile(
                of: request,
                until: try await pauseEnd(after: error),
                countsAsFailure: false,
                reason: "\(error)"
            )
        }
    }

    private func handle(_ error: GetResponseError, of run: ListPageRun) async throws(JournalError) {
        switch error {
        case .notFound, .invalidRequest, .undecodable:
            // This account's pages are of no use: everybody is asked for alone.
            logger.notice("A list can't be read by pages", metadata: ["reason": "\(error)"])
            try await journal.endPages(ofList: run.query.listID, missing: run.missing)
        default:
            try await journal.postponePages(ofList: run.query.listID, until: try await pauseEnd(after: error))
        }
    }

    /// When to ask again after trouble that is not the contact's; sets the pause that a fault of configuration asks for.
    ///
    /// The server's own word is recorded by the gate, for all requests.
    private func pauseEnd(after error: GetResponseError) async throws(JournalError) -> Timestamp {
        switch error {
        case .rateLimited(let wait):
            logger.error("GetResponse asks for a pause", metadata: ["reason": "\(error)"])
            return now.advanced(by: wait)
        case .authentication, .blocked, .unusableBaseURL:
            let until = now.advanced(by: configuration.retry.configurationPause)
            logger.error(
                "GetResponse requests are paused",
                metadata: ["reason": "\(error)", "until": "\(until.iso8601)"]
            )
            try await journal.setPause(
                Pause(subject: .getResponse, reason: "\(error)", errorClass: error.errorClass, until: until)
            )
            return until
        case .budgetExhausted(let wait): return now.advanced(by: wait)
        case .grantExpired: return now
        default:
            return now.advanced(by: max(error.retryAfter ?? .zero, configuration.fetchRetryDelay))
        }
    }

    var now: Timestamp { Timestamp(milliseconds: time.read().wall) }
}
