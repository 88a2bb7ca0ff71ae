import Logging
import Model
import Planning
import Salesforce
import Synchronization
import Time

/// What this org has, as its describe tells it and as refusals do.
///
/// A describe is asked for when an object is first written, once a day from then on, and after a fault of configuration. Where
/// the user may not ask, what is refused is remembered for a day: an optional field that is missing must neither hold events up
/// nor cost a refused request each time.
final class OrgShape: Sendable {
    private struct Field: Hashable {
        var object: SalesforceObject
        var name: String
    }

    private struct State {
        /// Refused fields, with the time.
        var missing: [Field: Int64] = [:]
        var descriptions: [SalesforceObject: ObjectDescription] = [:]
        /// How much text each field takes, made from the descriptions.
        var fields = OrgFields()
        var askedAt: [SalesforceObject: Int64] = [:]
        /// When to ask again.
        var dueAt: [SalesforceObject: Int64] = [:]
        /// What is known may be wrong.
        var doubted: Set<SalesforceObject> = []
        /// The fields of which a cut was logged.
        var logged: Set<Field> = []
    }

    private let describes: DescribeCache?
    private let necessity: FieldNecessity
    private let time: any TimeSource
    private let logger: Logger
    private let rest: Int64
    private let state = Mutex(State())
    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000

    /// - Parameters:
    ///   - describes: Who is asked; nil: nobody, and refusals alone tell.
    ///   - names: The custom fields' names.
    ///   - rest: How long an object that is in doubt is not asked for again.
    ///   - time: The clock of the day.
    ///   - logger: Where it is said that a describe could not be had.
    init(
        describes: DescribeCache?,
        names: SalesforceFieldNames,
        rest: Duration,
        time: any TimeSource,
        logger: Logger
    ) {
        self.describes = describes
        necessity = FieldNecessity(names: names)
        self.rest = rest.wholeMilliseconds
        self.time = time
        self.logger = logger
    }

    /// Asks for the descriptions of those objects that are not known, old or in doubt; whoever asks meanwhile waits along.
    ///
    /// Not for opt-outs, which wait for nothing: what is known serves them too.
    func refresh(_ objects: [SalesforceObject]) async {
        await withDiscardingTaskGroup { group in
            for object in objects where isDue(object) { group.addTask { await self.ask(object) } }
        }
    }

    /// The description of the object must be asked for again, though not at once by everybody.
    func doubt(_ object: SalesforceObject) {
        state.withLock { state in
            guard let askedAt = state.askedAt[object] else { return }
            state.doubted.insert(object)
            state.dueAt[object] = min(state.dueAt[object] ?? 0, askedAt + rest)
        }
    }

    /// Asks again because a length was other than it is known, unless that was just asked.
    ///
    /// - Returns: Whether the object turned out other than it was known.
    func learnsMore(of object: SalesforceObject) async -> Bool {
        let before = description(of: object)
        doubt(object)
        guard before != nil, isDue(object) else { return false }
        await ask(object)
        return description(of: object) != before
    }

    /// The object as last described; nil where that is not known.
    func description(of object: SalesforceObject) -> ObjectDescription? {
        state.withLock { $0.descriptions[object] }
    }

    /// What the plans have to fit into.
    func fields(nowBoot: Int64) -> OrgFields {
        var fields = state.withLock { $0.fields }
        for object in SalesforceObject.allCases {
            for name in necessity.names.all
            where necessity.isOptional(name, of: object) && isMissing(name, of: object, nowBoot: nowBoot) {
                fields.leaveOut(name, of: object)
            }
        }
        return fields
    }

    func remember(missing name: String, of object: SalesforceObject, nowBoot: Int64) {
        state.withLock { $0.missing[Field(object: object, name: name)] = nowBoot }
    }

    /// Whether an optional field is not there for us: the describe does not list it, or a write of it was refused.
    func isMissing(_ name: String, of object: SalesforceObject, nowBoot: Int64) -> Bool {
        let (since, description) = state.withLock {
            ($0.missing[Field(object: object, name: name)], $0.descriptions[object])
        }
        if let since, nowBoot - since < Self.day { return true }
        guard let description, necessity.isOptional(name, of: object) else { return false }
        guard let field = description.field(name) else { return true }
        // The key of a Task is of use only as a key.
        return object == .task ? !field.isExternalID || !field.isCreatable : !field.isUpdatable
    }

    /// The fields without those that the org does not have.
    func stripped(
        _ fields: [String: FieldValue],
        of object: SalesforceObject,
        nowBoot: Int64
    ) -> [String: FieldValue] {
        fields.filter { !isMissing($0.key, of: object, nowBoot: nowBoot) }
    }

    /// Whether this is the first time that somebody asks for this field.
    func isFirstCut(of name: String, in object: SalesforceObject) -> Bool {
        state.withLock { $0.logged.insert(Field(object: object, name: name)).inserted }
    }

    private func isDue(_ object: SalesforceObject) -> Bool {
        let nowBoot = time.read().boot
        return state.withLock { nowBoot >= $0.dueAt[object] ?? .min }
    }

    private func ask(_ object: SalesforceObject) async {
        guard let describes else { return }
        let isDoubted = state.withLock { $0.doubted.remove(object) != nil }
        if isDoubted { await describes.forget(object) }
        do throws(SalesforceError) {
            learn(object, try await describes.description(of: object))
        } catch {
            let isRefused = [.configuration, .data].contains(error.errorClass)
            let wait = isRefused ? Self.hour : max(4 * rest, 1)
            let now = time.read().boot
            state.withLock {
                $0.askedAt[object] = now
                $0.dueAt[object] = now + wait
            }
            logger.notice(
                "An object's description can't be had; what is refused tells the fields",
                metadata: ["object": "\(object.rawValue)", "error": "\(error)"]
            )
        }
    }

    private func learn(_ object: SalesforceObject, _ description: ObjectDescription) {
        let now = time.read().boot
        state.withLock { state in
            state.askedAt[object] = now
            state.dueAt[object] = state.doubted.contains(object) ? now + rest : now + Self.day
            guard state.descriptions[object] != description else { return }
            state.descriptions[object] = description
            for field in description.fields {
                guard let room = field.room(isID: necessity.names.ids.contains(field.name)) else { continue }
                state.fields.set(room, of: field.name, in: object)
            }
        }
    }
}

extension ObjectDescription.Field {
    /// How much text it takes; nil where no length matters.
    fileprivate func room(isID: Bool) -> OrgFields.Room? {
        guard length > 0, Self.texts.contains(type) else { return nil }
        return OrgFields.Room(length: length, takesParts: !isID && ["string", "textarea"].contains(type))
    }

    private static let texts: Set<String> = [
        "string", "textarea", "email", "phone", "url", "picklist", "multipicklist", "combobox",
    ]
}

extension SalesforceFieldNames {
    fileprivate var all: [String] {
        [contactID, listID, tags, subscriptionDate, lastEmailOpened, lastUnsubscribeDate, score, eventKey]
    }

    /// The fields that hold ids.
    fileprivate var ids: [String] { [contactID, listID, eventKey] }
}
