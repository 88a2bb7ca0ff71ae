/// When a record was changed last, as Salesforce tells it: a text that is only compared.
///
/// Salesforce tells whole seconds, so two changes within one second can't be told apart by it.
package struct RecordVersion: Hashable, Sendable {
    /// The fields that tell it.
    package static let fields = ["LastModifiedDate", "LastModifiedById"]

    package var text: String

    package init(text: String) {
        self.text = text
    }

    /// The version of a record whose last change was this user's own; nil where it was somebody else's, or is not known.
    ///
    /// - Parameters:
    ///   - fields: The record's fields by API name.
    ///   - user: The user's id, 15 or 18 characters.
    package init?(_ fields: [String: FieldValue], ownedBy user: String) {
        guard let time = fields["LastModifiedDate"]?.string, let by = fields["LastModifiedById"]?.string,
            by.prefix(15) == user.prefix(15)
        else { return nil }
        self.init(text: time)
    }
}

/// A write of ours to a Lead or Contact, as the journal holds it.
package struct OwnWrite: Hashable, Sendable {
    package var kind: EffectKind
    package var isConfirmed: Bool
    /// `HasOptedOutOfEmail` before it; nil where that was not read.
    package var hadOptedOut: Bool?
    /// The record before the write, where its last change was ours.
    package var before: RecordVersion?
    /// The record after the write, where nobody had changed it meanwhile.
    package var after: RecordVersion?

    package init(
        kind: EffectKind,
        isConfirmed: Bool,
        hadOptedOut: Bool? = nil,
        before: RecordVersion? = nil,
        after: RecordVersion? = nil
    ) {
        self.kind = kind
        self.isConfirmed = isConfirmed
        self.hadOptedOut = hadOptedOut
        self.before = before
        self.after = after
    }
}
