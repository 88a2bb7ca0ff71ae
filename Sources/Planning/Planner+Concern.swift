package import Model

extension Planner {
    /// Whether an event of this kind can change anything in Salesforce; one that can't needs no look-up.
    package func concerns(_ action: Action, reason: String?) -> Bool {
        switch action {
        case .removed, .drift: Classification.isOptOut(action, reason: reason, policy: policy)
        case .subscribe, .unsubscribe, .emailChanged, .customFieldChanged, .enrich, .tagApplied, .open, .click: true
        default: false
        }
    }
}
