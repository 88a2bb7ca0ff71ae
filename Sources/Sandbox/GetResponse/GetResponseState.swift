/// Everything the emulated GetResponse account holds.
struct GetResponseState: Sendable {
    var lists: [String: GetResponseList] = [:]
    var listOrder: [String] = []
    var contacts: [String: GetResponseContact] = [:]
    var contactOrder: [String] = []
    var removed: [RemovedGetResponseContact] = []
    var customFieldIDs: [String: String] = [:]
    var tagIDs: [String: String] = [:]
    var callback: GetResponseCallback?
    /// Callbacks of the guide's per-list style, by id.
    var listCallbacks: [String: JSON] = [:]
    var hourly: RollingWindow
    var second: RollingWindow
    var inFlight = 0
    var refusals = 0
    private var nextID = 1

    init(_ configuration: SandboxConfiguration.GetResponse) {
        hourly = RollingWindow(limit: configuration.hourlyCap, length: configuration.hourlyWindow)
        second = RollingWindow(limit: configuration.perSecondLimit, length: .seconds(1))
    }

    mutating func freshID() -> String {
        defer { nextID += 1 }
        return ShortID.make(nextID)
    }

    mutating func addList(id: String, name: String, now: Int64) {
        if lists[id] == nil { listOrder.append(id) }
        lists[id] = GetResponseList(id: id, name: name, createdOn: lists[id]?.createdOn ?? now)
    }

    mutating func add(_ contact: GetResponseContact, now: Int64) -> String {
        var contact = contact
        if lists[contact.listID] == nil { addList(id: contact.listID, name: "list_\(contact.listID)", now: now) }
        let id = contact.id ?? freshID()
        contact.id = id
        contact.createdOn = contact.createdOn ?? now
        contact.changedOn = contact.changedOn ?? contact.createdOn
        for field in contact.customFields where customFieldIDs[field.name] == nil {
            customFieldIDs[field.name] = freshID()
        }
        for tag in contact.tags where tagIDs[tag] == nil { tagIDs[tag] = freshID() }
        if contacts[id] == nil { contactOrder.append(id) }
        contacts[id] = contact
        return id
    }

    mutating func remove(_ id: String, reason: String, now: Int64) -> Bool {
        guard let contact = contacts.removeValue(forKey: id) else { return false }
        contactOrder.removeAll { $0 == id }
        removed.append(RemovedGetResponseContact(contact: contact, reason: reason, deletedOn: now))
        return true
    }
}
