package customer

import "strings"

// Masked is the profile as roles see it that don't need its contact data: one
// recognises a value that one knows, and learns none. A masked value sent back
// is refused as invalid, so it never overwrites the true one.
func (p Profile) Masked() Profile {
	p.Phone, p.Email, p.Birthday = MaskPhone(p.Phone), MaskEmail(p.Email), ""
	contacts := p.Contacts
	p.Contacts = nil
	for _, c := range contacts {
		switch KeyKind(c.Kind) {
		case PhoneKey:
			c.Value = MaskPhone(c.Value)
		case EmailKey:
			c.Value = MaskEmail(c.Value)
		default:
			c.Value = hidden
		}
		p.Contacts = append(p.Contacts, c)
	}
	if a := p.Address; a != nil {
		p.Address = &Address{Country: a.Country, Province: a.Province, City: a.City}
	}
	p.Platforms, p.Cards = nil, nil
	p.IncomeBand, p.Comment = "", ""
	colleagues, sensitive := p.Colleagues, p.Sensitive
	p.Colleagues, p.Sensitive = nil, nil
	for _, c := range colleagues {
		p.Colleagues = append(p.Colleagues, Colleague{Name: hidden, Role: c.Role, Phone: MaskPhone(c.Phone), Email: MaskEmail(c.Email)})
	}
	for name := range sensitive {
		p.Sensitive = with(p.Sensitive, name, hidden)
	}
	return p
}

const hidden = "****"

// MaskPhone hides the four digits before the last four: +86138****5678.
func MaskPhone(e164 string) string {
	if e164 == "" {
		return ""
	}
	const shown = 4
	from := len(e164) - shown - len(hidden)
	if from < 2 { // too short to show both ends
		return hidden
	}
	return e164[:from] + hidden + e164[len(e164)-shown:]
}

// MaskName shows the first character: 张**.
func MaskName(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return ""
}

// MaskEmail shows the first character and the domain: a***@example.com.
func MaskEmail(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return strings.Repeat("*", min(len(address), len(hidden)))
	}
	for _, first := range local {
		return string(first) + "***@" + domain
	}
	return hidden
}
