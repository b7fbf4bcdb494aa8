package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a member says about itself, without asking its peers. */
record MemberStatus(String id, String leader, long term, long revision) {
    /** Out of the JSON of {@code etcdctl endpoint status}, in which a number may be larger than a signed one. */
    static MemberStatus parse(String json) {
        return new MemberStatus(
                number("member_id", json),
                number("leader", json),
                Long.parseLong(number("raft_term", json)),
                Long.parseLong(number("revision", json)));
    }

    private static String number(String field, String json) {
        Matcher matcher = Pattern.compile("\"" + field + "\":(\\d+)").matcher(json);
        if (!matcher.find()) {
            throw new SandboxException(Failure.INTERNAL, "no " + field + " in etcdctl's answer: " + json, "");
        }
        return matcher.group(1);
    }

    boolean isLeader() {
        return id.equals(leader);
    }

    /** Whether the other follows the same leader. */
    boolean agrees(MemberStatus other) {
        return leader.equals(other.leader) && term == other.term;
    }
}
