// SPDX-License-Identifier: Apache-2.0
// The numbers of ranking, all of them; README.md says how they work together. Change one, run the
// quality report of tests/search, keep what is better there.
#pragma once

#include <cstddef>

namespace forium::search::weights {

// Where a word is found. A title is short and chosen; the first post is what a topic is about.
inline constexpr float kTitle = 2.2f;
inline constexpr float kFirstPost = 1.25f;
inline constexpr float kReply = 1.0f;

// How often and in how long a text: count·(k+1) / (count + k·(1 - b + b·length/usual)), as BM25.
inline constexpr float kSaturation = 1.2f;
inline constexpr float kLengthShare = 0.6f;
inline constexpr float kUsualLength = 80.0f;

// Forms of a word that is not there as it was typed.
inline constexpr float kContinued = 0.6f;      // the word that is being typed goes on; by share
inline constexpr float kCorrectedStep = 0.5f;  // for each letter that differs
inline constexpr float kPart = 0.5f;           // a part of a longer identifier

// Shares of the sum of the words' rarities.
inline constexpr float kAdjacentPair = 0.35f;  // two words in a row, as in the query
inline constexpr float kNearPair = 0.12f;      // within six words
inline constexpr float kAllWords = 0.35f;      // one post has all words
inline constexpr float kScattered = 0.4f;      // a word that only other posts of the topic have
inline constexpr float kExactTitle = 2.0f;     // the title is the query
inline constexpr float kTitleCovered = 0.8f;   // by the share of the title that the query names
inline constexpr float kMissingPower = 1.5f;   // score · (share of rarity that was found) ^ power

// What makes an answer likelier to be good, whatever the words: factors 1 + weight · value.
inline constexpr float kRecency = 0.10f;  // value 1 today, a half after kHalfLifeDays
inline constexpr float kHalfLifeDays = 730.0f;
inline constexpr float kLikes = 0.05f;      // log2(1 + likes), at most 6
inline constexpr float kSolved = 0.10f;     // the topic has an accepted post
inline constexpr float kAccepted = 0.15f;   // this is it
inline constexpr float kStanding = 0.05f;   // of the author, from 0 to 1: likes a post
inline constexpr float kMorePosts = 0.05f;  // log2(1 + further posts that fit), at most 4

// Work: rows that one statement gives, and what a query may take.
inline constexpr int64_t kCandidatesTimesPosts = 30'000'000;
inline constexpr int kLeastCandidates = 48;
inline constexpr int kMostCandidates = 400;
inline constexpr int kTimeCandidates = 400;
// With fewer topics than these, words may be missing.
inline constexpr size_t kEnoughTopics = 10;
// Words in a larger share of posts do not decide whether a post is found, if others can.
inline constexpr double kFrequentShare = 0.2;
// Topics that are ranked, counted in facets, and paged through.
inline constexpr size_t kMostTopics = 1000;
inline constexpr int kMostResults = 200;

}  // namespace forium::search::weights
