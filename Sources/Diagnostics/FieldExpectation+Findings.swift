import Model
import Salesforce

extension FieldExpectation {
    /// What is wrong with the field; empty when nothing is.
    ///
    /// - Parameter description: The object as the app's user sees it.
    /// - Returns: One finding for each fault.
    func findings(in description: ObjectDescription) -> [Finding] {
        guard let field = description.field(name) else { return [missing] }
        var findings: [Finding] = []
        if !isUsable(field) { findings.append(readOnly) }
        if length > 0, field.length < length { findings.append(tooShort(field.length)) }
        if isKey { findings += faultOfKey(field).map { [$0] } ?? [] }
        return findings
    }

    private func isUsable(_ field: ObjectDescription.Field) -> Bool {
        switch use {
        case .read: true
        case .create: field.isCreatable
        case .update: field.isUpdatable
        case .write: field.isUpdatable && field.isCreatable
        }
    }

    /// The API does not tell a field that was never made from one that is hidden from the user.
    private var missing: Finding {
        let isCustom = name.hasSuffix("__c")
        let consequence =
            isOptOut
            ? ", so that no opt-out can be written to a \(object.rawValue)" : isOptional ? "; it is left out" : ""
        return finding(
            isOptional ? .warning : .failed,
            "The app's user sees no field \(fullName)\(consequence).",
            remedy: isCustom
                ? "Deploy deploy/salesforce, which has the field, and assign its permission set to the user; if your field has "
                    + "another name, set salesforce.fields."
                : "Assign the permission set of deploy/salesforce to the user, or make the field visible and editable in its "
                    + "field-level security."
        )
    }

    private var readOnly: Finding {
        finding(
            isOptional ? .warning : .failed,
            "The app's user can read \(fullName) but not edit it"
                + (isOptOut ? ", so that no opt-out can be written to a \(object.rawValue)." : "."),
            remedy:
                "Assign the permission set of deploy/salesforce to the user, or tick Edit in the field-level security of "
                + "\(fullName)."
        )
    }

    private func tooShort(_ actual: Int) -> Finding {
        finding(
            .failed,
            "\(fullName) takes \(actual) characters and LeadRelay sends up to \(length), which refuses the whole record.",
            remedy: "Lengthen \(fullName) to \(length) characters or more in Setup, Object Manager."
        )
    }

    private func faultOfKey(_ field: ObjectDescription.Field) -> Finding? {
        guard field.isExternalID else {
            return finding(
                .failed,
                "\(fullName) is no external id, so that records can't be upserted by it.",
                remedy: "Tick External ID on \(fullName) in Setup, Object Manager."
            )
        }
        guard field.isUnique else {
            return finding(
                .failed,
                "\(fullName) is an external id but not unique, so that two records can get the same one.",
                remedy:
                    "Tick Unique on \(fullName), and there \"Treat ABC and abc as different values (case sensitive)\"."
            )
        }
        guard field.isCaseSensitive else {
            return finding(
                .failed,
                "\(fullName) takes ABC and abc for the same, and GetResponse's ids differ by case alone.",
                remedy: "Choose \"Treat ABC and abc as different values (case sensitive)\" on \(fullName)."
            )
        }
        return nil
    }

    private func finding(_ verdict: Finding.Verdict, _ text: String, remedy: String) -> Finding {
        Finding(
            check: "salesforce.field.\(fullName)",
            verdict: verdict,
            finding: text,
            remedy: remedy
        )
    }
}
