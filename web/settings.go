package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/zerocross-pdu/zerocross/auth"
	"github.com/zerocross-pdu/zerocross/config"
	"github.com/zerocross-pdu/zerocross/pdu"
)

// accountsMember is the member of the configuration that only those may see and
// change who may alter users.
const accountsMember = "accounts"

// getConfig answers with the document, secrets masked.
func (s *Server) getConfig(c *call) error {
	doc := s.opt.Store.Current()
	c.w.Header().Set("ETag", doc.ETag())
	if matchesTag(c.r.Header.Get("If-None-Match"), doc.ETag()) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.sendConfig(doc)
}

// patchConfig merges a patch (RFC 7396) into the document it was made for.
func (s *Server) patchConfig(c *call) error {
	ifMatch := c.r.Header.Get("If-Match")
	if ifMatch == "" {
		return pdu.Errorf(pdu.Conflict, codeIfMatchMissing, "the header If-Match is missing; send the ETag that GET %s/config gave", root)
	}
	if ifMatch == "*" { // RFC 9110, 13.1.1: whatever is there
		ifMatch = ""
	}
	patch, err := readBody(c.w, c.r, "application/merge-patch+json")
	if err != nil {
		return err
	}
	if err := c.mayPatch(patch); err != nil {
		return err
	}
	doc, err := s.opt.Store.MergePatch(c.r.Context(), c.origin(), ifMatch, patch)
	if err != nil {
		return err
	}
	c.w.Header().Set("ETag", doc.ETag())
	return c.sendConfig(doc)
}

// mayPatch refuses a patch that gives itself more rights than its caller has.
func (c *call) mayPatch(patch []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(patch, &members); err != nil || members == nil {
		return pdu.Errorf(pdu.Invalid, codeBodySyntax, "the patch is not a JSON object")
	}
	if _, ok := members[accountsMember]; ok {
		return c.id.Require(auth.CanAlterUsers)
	}
	return nil
}

// sendConfig sends the document as far as the caller may see it.
func (c *call) sendConfig(doc *config.Document) error {
	body, err := doc.MarshalMasked()
	if err != nil {
		return fmt.Errorf("encode the configuration: %w", err)
	}
	if !c.id.May(auth.CanAlterUsers) {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(body, &members); err != nil {
			return fmt.Errorf("encode the configuration: %w", err)
		}
		delete(members, accountsMember)
		return c.answer(members)
	}
	sendJSON(c.w, http.StatusOK, body)
	return nil
}

func (s *Server) getSchema(c *call) error {
	schema, err := s.opt.Store.Schema()
	if err != nil {
		return fmt.Errorf("make the schema of the configuration: %w", err)
	}
	c.w.Header().Set("Content-Type", "application/schema+json")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(schema)
	return nil
}

// patchOutput changes settings of one output. A merge patch of the configuration
// cannot do that: it replaces arrays whole.
func (s *Server) patchOutput(c *call) error {
	id, err := c.outputID(c.engine.Snapshot())
	if err != nil {
		return err
	}
	var req OutputPatch
	if _, err := c.decode(&req); err != nil {
		return err
	}
	if err := s.mergeOutput(c.r.Context(), c.origin(), id, req); err != nil {
		return err
	}
	return c.answer(outputOf(c.engine.Snapshot(), int(id)-1))
}

// mergeOutput merges a patch into one element of the section "outputs", which has
// the same members. An edit of somebody else in between is no conflict: the patch
// is merged into what that left.
func (s *Server) mergeOutput(ctx context.Context, origin pdu.Origin, id pdu.OutputID, req OutputPatch) error {
	for {
		doc := s.opt.Store.Current()
		patch, err := outputsPatch(doc, id, req)
		if err != nil {
			return err
		}
		_, err = s.opt.Store.MergePatch(ctx, origin, doc.ETag(), patch)
		if pdu.CodeOf(err) != config.CodeStale || ctx.Err() != nil {
			return err
		}
	}
}

// outputsPatch gives the patch of the document in which one output is changed and
// the others are as they are.
func outputsPatch(doc *config.Document, id pdu.OutputID, req OutputPatch) ([]byte, error) {
	body, err := doc.MarshalMasked()
	if err != nil {
		return nil, fmt.Errorf("read the settings of output %d: %w", id, err)
	}
	var all struct {
		Outputs []map[string]json.RawMessage `json:"outputs"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, fmt.Errorf("read the settings of output %d: %w", id, err)
	}
	if int(id) > len(all.Outputs) {
		return nil, pdu.Errorf(pdu.NotFound, codeOutputSettings, "output %d has no settings", id).With("output", int(id))
	}
	change, err := json.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("encode the settings of output %d: %w", id, err)
	}
	if err := json.Unmarshal(change, &all.Outputs[id-1]); err != nil { // merges into the map
		return nil, fmt.Errorf("merge the settings of output %d: %w", id, err)
	}
	return json.Marshal(all)
}
