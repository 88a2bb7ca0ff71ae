import Journal
import Synchronization

/// The leases this worker holds, and until when: what the renewal extends and what every request is checked against.
final class LeaseBook: Sendable {
    private struct Entry {
        var ticket: ClaimTicket
        var untilBoot: Int64
    }

    private let entries = Mutex<[Int64: Entry]>([:])

    func add(_ event: ClaimedEvent) {
        entries.withLock { $0[event.ticket.eventID] = Entry(ticket: event.ticket, untilBoot: event.leaseUntilBoot) }
    }

    /// Forgets a lease, unless the event was claimed anew meanwhile.
    func remove(_ ticket: ClaimTicket) {
        entries.withLock { entries in
            if entries[ticket.eventID]?.ticket == ticket { entries[ticket.eventID] = nil }
        }
    }

    var tickets: [ClaimTicket] {
        entries.withLock { $0.values.map(\.ticket) }
    }

    var count: Int {
        entries.withLock(\.count)
    }

    /// Notes a renewal; a lease that was not renewed is lost, and forgotten.
    func update(_ tickets: [ClaimTicket], renewed: [Int64: Int64]) {
        entries.withLock { entries in
            for ticket in tickets where entries[ticket.eventID]?.ticket == ticket {
                if let until = renewed[ticket.eventID] {
                    entries[ticket.eventID]?.untilBoot = until
                } else {
                    entries[ticket.eventID] = nil
                }
            }
        }
    }

    /// How much of the lease is left, in milliseconds; nothing when it was lost.
    func millisecondsLeft(_ ticket: ClaimTicket, nowBoot: Int64) -> Int64 {
        entries.withLock { entries in
            guard let entry = entries[ticket.eventID], entry.ticket == ticket else { return 0 }
            return max(0, entry.untilBoot - nowBoot)
        }
    }
}
