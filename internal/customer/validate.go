package customer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guanxi/internal/crm"
)

// Limits of what one profile holds, in characters and entries.
const (
	maxName       = 200
	maxSalutation = 40
	maxOccupation = 100
	maxTags       = 50
	maxTag        = 40
	maxContacts   = 30
	maxContact    = 254
	maxLine       = 200
	maxLines      = 5
	maxID         = 128
)

var (
	e164     = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	kindWord = regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// Validate names every field of a normalised profile that breaks a rule, by
// its place in the body.
func (p Profile) Validate() error {
	var wrong []crm.Field
	check := func(ok bool, path, message string, args ...any) {
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(message, args...)})
		}
	}
	text := func(s, path string, most int) {
		check(utf8.RuneCountInString(s) <= most, path, "must be at most %d characters", most)
		check(utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0 && strings.TrimSpace(s) == s, path,
			"must have no control characters and no spaces around it")
	}

	check(p.Kind == Person || p.Kind == Organisation, "kind", "must be person or organisation")
	check(p.Name != "" || len(p.Keys()) > 0, "name", "is needed where no phone, e-mail, account or card is given")
	text(p.Name, "name", maxName)
	text(p.Salutation, "salutation", maxSalutation)
	text(p.Occupation, "occupation", maxOccupation)
	check(slices.Contains([]Sex{"", Female, Male, Other}, p.Sex), "sex", "must be female, male or other, or absent")
	text(string(p.Owner), "owner", maxID)
	text(string(p.HomeStore), "home_store", maxID)
	check(len(p.Tags) <= maxTags, "tags", "must be at most %d", maxTags)
	for i, tag := range p.Tags {
		path := fmt.Sprintf("tags[%d]", i)
		text(tag, path, maxTag)
		check(tag != "", path, "must not be empty")
		check(slices.Index(p.Tags, tag) == i, path, "is there twice")
	}

	check(p.Phone == "" || e164.MatchString(p.Phone), "phone", "must be a phone number like +8613812345678")
	check(p.Email == "" || ValidEmail(p.Email), "email", "must be an e-mail address like mei@example.com")
	check(p.Birthday == "" || validBirthday(p.Birthday), "birthday", "must be a date like 1988-05-17, or --05-17 without the year")
	check(len(p.Contacts) <= maxContacts, "contacts", "must be at most %d", maxContacts)
	for i, c := range p.Contacts {
		path := fmt.Sprintf("contacts[%d]", i)
		check(kindWord.MatchString(c.Kind), path+".kind", "must be a lower-case word")
		text(c.Value, path+".value", maxContact)
		check(c.Value != "", path+".value", "must not be empty")
		check(c.Kind != string(PhoneKey) || e164.MatchString(c.Value), path+".value", "must be a phone number like +8613812345678")
		check(c.Kind != string(EmailKey) || ValidEmail(c.Value), path+".value", "must be an e-mail address like mei@example.com")
	}
	if a := p.Address; a != nil {
		check(a.Country == "" || country.MatchString(a.Country), "address.country", "must be a country code like CN")
		text(a.Province, "address.province", maxLine)
		text(a.City, "address.city", maxLine)
		text(a.Postcode, "address.postcode", maxTag)
		check(len(a.Lines) <= maxLines, "address.lines", "must be at most %d", maxLines)
		for i, line := range a.Lines {
			text(line, fmt.Sprintf("address.lines[%d]", i), maxLine)
		}
	}
	check(len(p.Platforms) <= maxContacts, "platforms", "must be at most %d", maxContacts)
	for i, a := range p.Platforms {
		path := fmt.Sprintf("platforms[%d]", i)
		check(a.Connection != "", path+".connection", "must not be empty")
		check(a.ID != "", path+".id", "must not be empty")
		text(a.ID, path+".id", maxID)
	}
	check(len(p.Cards) <= maxContacts, "cards", "must be at most %d", maxContacts)
	for i, card := range p.Cards {
		path := fmt.Sprintf("cards[%d]", i)
		text(card, path, maxID)
		check(card != "", path, "must not be empty")
	}
	if len(wrong) > 0 {
		return &crm.Error{Op: "customer.Validate", Kind: crm.Invalid, Detail: "the profile breaks a rule", Fields: wrong}
	}
	return nil
}

// ValidEmail tells whether s can be a normalised address: lower case, one @, a
// dotted domain. An asterisk, though legal in mail, means that somebody sends
// back a masked value.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || len(s) > maxContact || !utf8.ValidString(s) || strings.ToLower(s) != s {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`*"(),:;<>[]\`, r)
	}) {
		return false
	}
	labels := strings.Split(domain, ".")
	return len(labels) > 1 && !strings.Contains(domain, "@") && !slices.Contains(labels, "")
}

// validBirthday reads "1988-05-17" and "--05-17"; the 29th of February is a
// birthday in the year-less form.
func validBirthday(s string) bool {
	layout := "2006-01-02"
	if strings.HasPrefix(s, "--") {
		s = "2000" + s[1:]
	}
	t, err := time.Parse(layout, s)
	return err == nil && t.Year() >= 1880
}
