package api

import "github.com/danielgtaylor/huma/v2"

// example is a value of a schema, put together from the examples of its fields;
// optional fields without one are left out. Fields of the inner packages carry
// no tags for us: what they are called says what they hold.
func example(schemas huma.Registry, s *huma.Schema, shown func(*huma.Schema) bool) any {
	for s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "date-time":
		return "2026-11-20T15:04:05+08:00"
	case s.Format == "date":
		return "2026-11-20"
	case s.Type == huma.TypeBoolean:
		return true
	case s.Type == huma.TypeArray:
		if one := example(schemas, s.Items, shown); one != nil {
			return []any{one}
		}
	case s.Type == huma.TypeObject && len(s.Properties) > 0:
		all, known := map[string]any{}, words()
		for name, member := range s.Properties {
			if !shown(member) {
				continue
			}
			value := example(schemas, member, shown)
			if value == nil {
				value = word(name, known, member)
			}
			if value != nil {
				all[name] = value
			}
		}
		return all
	}
	return nil
}

// word is what a field holds by its name, or any number where it takes one; nil
// for nothing.
func word(name string, known map[string]any, s *huma.Schema) any {
	value, ok := known[name]
	if s.Type == huma.TypeArray {
		if !ok {
			value = word(name, known, s.Items)
		}
		if _, several := value.([]any); !several && value != nil {
			value = []any{value}
		}
		return value
	}
	switch {
	case ok:
		return value
	case s.Type == huma.TypeInteger && s.Minimum != nil:
		return *s.Minimum
	case s.Type == huma.TypeInteger:
		return 3
	case s.Type == huma.TypeNumber:
		return 0.5
	}
	return nil
}

// words are what a name holds wherever it stands.
func words() map[string]any {
	return map[string]any{
		"answer": "gold", "question": "level", "rule": "level.gold_from", "text": "¥1,230.00 more by 2027-03-04 makes diamond",
		"distance": 123000, "unit": "minor", "channel": "pos", "gate": "days_of_history", "detail": "too few of them bought again", "value": "1250000", "code": "silence",
		"level": "gold", "tier": "growth", "need": "repeat", "status": "active", "r": 5, "f": 3, "m": 4,
		"customer": "cus_0190163d8694739b9c5f1e2d3a4b5c6d", "customer_name": "张美", "purchases": 7, "done": 3, "index": 0, "survey_version": 1, "policy": 2, "version": 2,
		"on": "2026-11-20", "from": "2026-01-01", "since": "2026-11-20", "due": "2026-11-27", "changes_at": "2027-01-08",
		"last_purchase": "2026-07-23", "last_contact": "2026-09-01", "warned_since": "2026-11-20",
		"minor": 129900, "currency": "CNY", "refunded": 0,
		"author": "u-admin", "by": "u-mei", "owner": "u-mei", "manager": "u-li", "opened_by": "u-mei", "closed_by": "u-mei", "escalated_to": "u-li", "team": "u-mei",
		"id": "sh-001", "name": "Shanghai, Huaihai Road", "store": "sh-001", "connection": "shopify-cn",
		"reason": "Gold from 8,000 for the anniversary year", "severity": "warning", "outcome": "retained", "kind": "churn",
		"cause": "review", "trace": "1-67891233-abcdef012345678912345678",
		"comment": "Prefers to be called after six", "occupation": "architect", "province": "上海", "postcode": "200020", "lines": "淮海中路 999 号",
		"en": "Call the customer", "zh": "给顾客打电话", "message": "must be given", "path": "total.minor",
		"window_days": 365, "gold_from": 1000000, "diamond_from": 5000000, "grace_days": 60,
		"recency_days": []any{30, 90, 180, 365}, "frequency_from": []any{2, 3, 4, 6}, "money_from": []any{50000, 200000, 1000000, 3000000},
		"strategic_frequency": 4, "growth_recency": 4, "growth_frequency": 3, "dormant_after_days": 120, "lost_after_days": 365,
		"warn_after_days": 120, "warn_below": 0.15, "escalate_after_days": 14, "follow_up_within_days": 7,
		"strategic": 2, "growth": 5, "basic": 7, "dormant": 14, "recent_days": 90, "least_before": 12, "falls_to_percent": 25, "remembered_days": 365,
		"high_from": 3, "critical_from": 5,
		"strategic_from": 300000, "growth_from": 60000, "growth_chance": 0.25, "dormant_below": 0,
		"months": 12, "yearly_rate": 0.1, "margin_rate": 0.3, "cost_per_month": 100, "cost_per_order": 0, "cost_per_contact": 2000, "cost_per_return": 3000,
	}
}
