// Judges Beilin's log formats with golang.org/x/mod/sumdb, which shares no code with them.
//
// Reads one JSON object from standard input and writes one to standard output; []byte and
// tlog.Hash are base64 in both. It reports what the library finds and decides nothing.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index, Size int64
	Leaf, Root  tlog.Hash
	Proof       tlog.RecordProof
}

type consistency struct {
	Old, Size     int64
	OldRoot, Root tlog.Hash
	Proof         tlog.TreeProof
}

type opened struct {
	Text string
	By   []string
	Err  string
}

type request struct {
	Entries     [][]byte      // to build a log from, one after the other
	Inclusion   []inclusion   // to check
	Consistency []consistency // to check
	Vkeys       []string      // to open the notes with
	Notes       [][]byte      // to open
	Name        string        // of a new key that signs Text
	Text        string
}

type reply struct {
	Leaves             []tlog.Hash
	Roots              []tlog.Hash // of the first 1, 2, 3, … entries
	Inclusion          []inclusion // every leaf in every size
	Consistency        []consistency
	InclusionChecked   []bool
	ConsistencyChecked []bool
	Opened             []opened
	Vkey               string
	Signed             []byte
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func build(entries [][]byte, out *reply) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for i, entry := range entries {
		stored = append(stored, must(tlog.StoredHashes(int64(i), entry, reader))...)
		out.Leaves = append(out.Leaves, tlog.RecordHash(entry))
		size := int64(i + 1)
		root := must(tlog.TreeHash(size, reader))
		out.Roots = append(out.Roots, root)
		for n := int64(0); n < size; n++ {
			path := must(tlog.ProveRecord(size, n, reader))
			out.Inclusion = append(out.Inclusion, inclusion{n, size, out.Leaves[n], root, path})
			proof := must(tlog.ProveTree(size, n+1, reader))
			out.Consistency = append(out.Consistency, consistency{n + 1, size, out.Roots[n], root, proof})
		}
	}
}

func open(data []byte, verifiers note.Verifiers) opened {
	found, err := note.Open(data, verifiers)
	if err != nil {
		return opened{Err: err.Error()}
	}
	result := opened{Text: found.Text}
	for _, signature := range found.Sigs {
		result.By = append(result.By, signature.Name)
	}
	return result
}

func main() {
	var in request
	var out reply
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		log.Fatal(err)
	}
	build(in.Entries, &out)
	for _, c := range in.Inclusion {
		err := tlog.CheckRecord(c.Proof, c.Size, c.Root, c.Index, c.Leaf)
		out.InclusionChecked = append(out.InclusionChecked, err == nil)
	}
	for _, c := range in.Consistency {
		err := tlog.CheckTree(c.Proof, c.Size, c.Root, c.Old, c.OldRoot)
		out.ConsistencyChecked = append(out.ConsistencyChecked, err == nil)
	}
	var verifiers []note.Verifier
	for _, vkey := range in.Vkeys {
		verifiers = append(verifiers, must(note.NewVerifier(vkey)))
	}
	for _, data := range in.Notes {
		out.Opened = append(out.Opened, open(data, note.VerifierList(verifiers...)))
	}
	if in.Name != "" {
		skey, vkey, err := note.GenerateKey(bytes.NewReader(make([]byte, 32)), in.Name)
		if err != nil {
			log.Fatal(err)
		}
		out.Vkey = vkey
		out.Signed = must(note.Sign(&note.Note{Text: in.Text}, must(note.NewSigner(skey))))
	}
	if err := json.NewEncoder(os.Stdout).Encode(&out); err != nil {
		log.Fatal(err)
	}
}
