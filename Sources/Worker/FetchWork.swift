import GetResponse
import Journal

/// What is asked of GetResponse next.
enum FetchWork: Sendable {
    /// One contact.
    case profile(ProfileRequest)
    /// The next page of a walk over a list.
    case page(ListPageRun, isFirst: Bool)

    var eventID: Int64? {
        guard case .profile(let request) = self else { return nil }
        return request.eventID
    }

    var purpose: RequestPurpose {
        switch self {
        case .profile: .contact
        case .page: .contacts
        }
    }

    /// What nobody else may ask for meanwhile; the first page reserves the whole walk, each further one renews that.
    var reservation: RequestAsk.Reservation {
        switch self {
        case .profile: .profile
        case .page(let run, isFirst: true): .pages(listID: run.query.listID)
        case .page(let run, isFirst: false): .morePages(listID: run.query.listID)
        }
    }
}
