import Foundation

/// The body of the search for removed contacts; everything that the API requires, and no condition beyond the lists.
struct RemovedContactSearch: Encodable {
    struct Section: Encodable {
        var campaignIdsList: [String]
        var logicOperator = "or"
        var subscriberCycle = ["receiving_autoresponder", "not_receiving_autoresponder"]
        var subscriptionDate = "all_time"
        var conditions: [String] = []
    }

    var subscribersType = ["removed"]
    var sectionLogicOperator = "or"
    var section: [Section]

    init(lists: [String]) {
        section = [Section(campaignIdsList: lists)]
    }

    var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings can't fail to be encoded; an empty body would be refused, and said so.
        return (try? encoder.encode(self)) ?? Data()
    }
}
