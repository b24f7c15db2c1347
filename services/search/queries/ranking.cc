// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "services/search/queries/title_words.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

constexpr double kMicrosADay = 86'400e6;
// A score of 1 is this many.
constexpr float kScale = 1e6f;
// A post with two likes on average is as good as it gets.
constexpr float kGoodLikes = 2.0f;

float Saturated(int count, int64_t length) {
  const auto n = static_cast<float>(count);
  const float share = static_cast<float>(length) / weights::kUsualLength;
  const float norm = 1.0f - weights::kLengthShare + weights::kLengthShare * std::min(share, 8.0f);
  return n * (weights::kSaturation + 1.0f) / (n + weights::kSaturation * norm);
}

float Capped(int64_t value, float most) {
  return std::min(std::log2(1.0f + static_cast<float>(std::max<int64_t>(0, value))), most);
}

class Ranking {
 public:
  Ranking(const Plan& plan, const RankingOptions& options, Words& words)
      : plan_(plan),
        options_(options),
        words_(words),
        titles_(plan, words),
        rarity_(plan.Rarity()) {
    for (const PlannedTerm& term : plan.terms) deciding_ += term.frequent ? 0 : 1;
  }

  Ranked Topic(const FoundTopic& topic) const {
    const FoundPost* best = &topic.posts.front();
    float best_score = PostScore(*best);
    for (const FoundPost& post : topic.posts) {
      const float score = PostScore(post);
      if (score > best_score || (score == best_score && post.number < best->number)) {
        best = &post;
        best_score = score;
      }
    }
    return {&topic, best, Scaled(Score(topic, *best, best_score)), topic.id,
            static_cast<int>(topic.posts.size()) - 1};
  }

  Ranked Post(const FoundTopic& topic, const FoundPost& post) const {
    return {&topic, &post, Scaled(Score(topic, post, PostScore(post))), post.id, 0};
  }

 private:
  static int64_t Scaled(float score) { return std::llround(score * kScale); }

  const PlannedTerm& Term(size_t i) const { return plan_.terms[i]; }

  // What the post's own text adds.
  float PostScore(const FoundPost& post) const {
    float score = 0;
    for (size_t i = 0; i < plan_.terms.size(); ++i) {
      const TermHit& hit = post.hits.terms[i];
      if (hit.body == 0) continue;
      score += Term(i).rarity * WeightOf(hit.body) * Saturated(hit.count, post.length);
    }
    score *= post.number == 1 ? weights::kFirstPost : weights::kReply;
    if (post.accepted) score *= 1.0f + weights::kAccepted;
    return score * (1.0f + weights::kLikes * Capped(post.likes, 6.0f));
  }

  float Score(const FoundTopic& topic, const FoundPost& best, float best_score) const {
    if (rarity_ <= 0) return Priors(topic, best);
    const std::optional<TitleWords> title_words = WordsOfTitle(topic, best.hits);
    float title = 0;
    float found = 0;
    int here = 0;
    int in_title = 0;
    for (size_t i = 0; i < plan_.terms.size(); ++i) {
      if (Term(i).frequent) continue;
      const TermHit& hit = best.hits.terms[i];
      const float share = title_words.has_value() ? title_words->shares[i] : 1;
      title += Term(i).rarity * weights::kTitle * WeightOf(hit.title) * share;
      in_title += hit.title > 0 ? 1 : 0;
      here += hit.any() ? 1 : 0;
      const float weight = WeightOf(std::max(hit.title, hit.body));
      found += Term(i).rarity * (weight > 0 ? std::max(weight, 0.5f) : Elsewhere(topic, i));
    }
    float score = title + best_score + Pairs(best.hits);
    if (here == deciding_) score += weights::kAllWords * rarity_;
    if (in_title > 0) score += rarity_ * TitleBonus(topic, in_title, title_words);
    return score * std::pow(std::min(found / rarity_, 1.0f), weights::kMissingPower) *
           Priors(topic, best);
  }

  // A word that only other posts of the topic have.
  float Elsewhere(const FoundTopic& topic, size_t term) const {
    if (options_.by_post) return 0;
    uint8_t most = 0;
    for (const FoundPost& post : topic.posts) most = std::max(most, post.hits.terms[term].body);
    return weights::kScattered * WeightOf(most);
  }

  float Pairs(const RowHits& hits) const {
    const float mean = rarity_ / static_cast<float>(std::max(deciding_, 1));
    return mean * (weights::kAdjacentPair * static_cast<float>(hits.adjacent) +
                   weights::kNearPair * static_cast<float>(hits.near));
  }

  // Nothing where all words of the title are words for themselves, or none was hit.
  std::optional<TitleWords> WordsOfTitle(const FoundTopic& topic, const RowHits& hits) const {
    const bool hit = std::any_of(hits.terms.begin(), hits.terms.end(),
                                 [](const TermHit& term) { return term.title > 0; });
    if (!hit || !TitleReader::MayHaveIdentifiers(topic.title)) return std::nullopt;
    return titles_.Read(topic.title, topic.language);
  }

  float TitleBonus(const FoundTopic& topic, int in_title,
                   const std::optional<TitleWords>& title_words) const {
    const std::string key = TitleKey(topic.title, words_);
    if (key == options_.title_key) return weights::kExactTitle + weights::kTitleCovered;
    float covered = 0;
    if (title_words.has_value()) {
      covered = static_cast<float>(title_words->named) /
                static_cast<float>(std::max(title_words->all, 1));
    } else {
      int named = in_title;
      for (const PlannedTerm& term : plan_.terms) {
        // Frequent words were not looked for.
        if (term.frequent && key.find(term.text) != std::string::npos) ++named;
      }
      const auto all = static_cast<float>(std::count(key.begin(), key.end(), ' ') + 1);
      covered = std::min(static_cast<float>(named) / all, 1.0f);
    }
    return weights::kTitleCovered * covered * covered;
  }

  float Priors(const FoundTopic& topic, const FoundPost& post) const {
    const double days = static_cast<double>(options_.newest_at - topic.bumped_at) / kMicrosADay;
    const float age = static_cast<float>(std::max(days, 0.0)) / weights::kHalfLifeDays;
    const auto more = static_cast<int64_t>(topic.posts.size()) - 1;
    return (1.0f + weights::kRecency * std::exp2(-age)) *
           (1.0f + weights::kLikes * Capped(post.likes, 6.0f)) *
           (1.0f + (topic.solved ? weights::kSolved : 0.0f)) *
           (1.0f + weights::kMorePosts * (options_.by_post ? 0.0f : Capped(more, 4.0f)));
  }

  const Plan& plan_;
  const RankingOptions& options_;
  Words& words_;
  mutable TitleReader titles_;  // buffers
  const float rarity_;
  int deciding_ = 0;
};

// Orders by time and likes: by the post of a topic that leads.
int64_t PlainScore(v1::Order order, const FoundPost& post) {
  if (order == v1::LATEST) return post.created_at;
  return order == v1::OLDEST ? -post.created_at : post.likes;
}

Ranked PlainlyBest(v1::Order order, const FoundTopic& topic) {
  const FoundPost* best = &topic.posts.front();
  for (const FoundPost& post : topic.posts) {
    if (PlainScore(order, post) > PlainScore(order, *best)) best = &post;
  }
  return {&topic, best, PlainScore(order, *best), topic.id,
          static_cast<int>(topic.posts.size()) - 1};
}

void Sort(std::vector<Ranked>::iterator begin, std::vector<Ranked>::iterator end) {
  std::sort(begin, end, [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.key > b.key;
  });
}

}  // namespace

std::vector<Ranked> Rank(const Plan& plan, const Found& found, const RankingOptions& options,
                         Words& words) {
  const Ranking ranking(plan, options, words);
  const bool relevance = options.order == v1::RELEVANCE;
  std::vector<Ranked> ranked;
  for (const FoundTopic& topic : found.topics) {
    if (!options.by_post) {
      ranked.push_back(relevance ? ranking.Topic(topic) : PlainlyBest(options.order, topic));
      continue;
    }
    for (const FoundPost& post : topic.posts) {
      ranked.push_back(relevance ? ranking.Post(topic, post)
                                 : Ranked{&topic, &post, PlainScore(options.order, post), post.id});
    }
  }
  Sort(ranked.begin(), ranked.end());
  if (ranked.size() > weights::kMostTopics) ranked.resize(weights::kMostTopics);
  return ranked;
}

void AddStanding(const absl::flat_hash_map<int64_t, float>& standing, size_t count,
                 std::vector<Ranked>& ranked) {
  const size_t first = std::min(count, ranked.size());
  for (size_t i = 0; i < first; ++i) {
    const auto author = standing.find(ranked[i].post->author_id);
    if (author == standing.end()) continue;
    const float factor = 1.0f + weights::kStanding * author->second;
    ranked[i].score = std::llround(static_cast<float>(ranked[i].score) * factor);
  }
  Sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(first));
  // Never behind one that they were before, so that scores fall from place to place.
  for (size_t i = first; i < ranked.size() && first > 0; ++i) {
    ranked[i].score = std::min(ranked[i].score, ranked[first - 1].score);
  }
}

float StandingOf(int64_t posts, int64_t likes) {
  // Few posts say little.
  const float mean =
      static_cast<float>(likes) / static_cast<float>(std::max<int64_t>(posts, 0) + 5);
  return std::clamp(mean / kGoodLikes, 0.0f, 1.0f);
}

std::string TitleKey(std::string_view text, Words& words) {
  const std::string folded = words.Fold(text);
  std::string key;
  for (const char c : folded) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || absl::ascii_isalnum(byte)) {
      key.push_back(c);
    } else if (!key.empty() && key.back() != ' ') {
      key.push_back(' ');
    }
  }
  while (!key.empty() && key.back() == ' ') key.pop_back();
  return key;
}

}  // namespace forium::search
