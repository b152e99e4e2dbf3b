/** The world policies may talk about. Strict: a misspelt attribute is a start-up error, never a silent "no". */
export const policySchema = `namespace Causeway {
  entity Group;
  entity Person in [Group] { standing: String, onCall: Bool };
  entity Service { tier: Long, owners: Set<Group> };
  entity Plan {
    kind: String, actions: Set<String>, service: Service, requester: Person, risk: Long, services: Long, files: Long
  };
  action approve, "break-glass", execute, "auto-run" appliesTo {
    principal: [Person],
    resource: [Plan],
    context: {
      authStrength: String, autonomyLevel: String, confirmed: Bool, established: Bool, earned: Bool,
      digestMatches: Bool, ageMs: Long, frozen: Bool, stopped: Bool, alreadyApproved: Bool,
      brokenGlass: Bool, breakGlass: Set<Group>,
      distinctApprovers: Long, effectsLastHour: Long, runningOnService: Long
    }
  };
}`;
