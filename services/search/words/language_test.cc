// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/language.h"

#include <gtest/gtest.h>

#include <string>

namespace forium::search {
namespace {

TEST(LanguageTest, TagsAreReadWithTheirRegions) {
  EXPECT_EQ(LanguageOf("de"), Language::kGerman);
  EXPECT_EQ(LanguageOf("de-AT"), Language::kGerman);
  EXPECT_EQ(LanguageOf("PT_br"), Language::kPortuguese);
  EXPECT_EQ(LanguageOf("nb"), Language::kNorwegian);
  EXPECT_EQ(LanguageOf("ja"), Language::kNone);
  EXPECT_EQ(LanguageOf(""), Language::kNone);
  EXPECT_EQ(LanguageOf("deutsch"), Language::kNone);
}

TEST(LanguageTest, TagsComeBack) {
  for (int i = 0; i <= static_cast<int>(Language::kTurkish); ++i) {
    const auto language = static_cast<Language>(i);
    EXPECT_EQ(LanguageOf(TagOf(language)), language) << i;
  }
}

TEST(DetectTest, UsualSentencesAreToldApart) {
  const std::pair<const char*, Language> sentences[] = {
      {"How can I move the window to the second monitor? It does not work for me.",
       Language::kEnglish},
      {"Wie kann ich das Fenster auf den zweiten Bildschirm verschieben? Es geht nicht.",
       Language::kGerman},
      {"Comment déplacer la fenêtre sur le deuxième écran ? Je ne sais pas.", Language::kFrench},
      {"¿Cómo puedo mover la ventana a la segunda pantalla? No lo sé.", Language::kSpanish},
      {"Como é que eu posso mover a janela para o segundo monitor? Não sei.",
       Language::kPortuguese},
      {"Come posso spostare la finestra sul secondo schermo? Non lo so, è strano.",
       Language::kItalian},
      {"Hoe kan ik het venster naar het tweede scherm verplaatsen? Dat weet ik niet.",
       Language::kDutch},
      {"Hvordan kan jeg flytte vinduet til den anden skærm? Jeg ved det ikke, hvad er der galt "
       "efter "
       "det blev opdateret?",
       Language::kDanish},
      {"Hvordan kan jeg flytte vinduet til den andre skjermen? Jeg vet ikke hva som ble feil, og "
       "noen "
       "må være så snill.",
       Language::kNorwegian},
      {"Hur kan jag flytta fönstret till den andra skärmen? Jag vet inte vad som är fel.",
       Language::kSwedish},
      {"Miten voin siirtää ikkunan toiselle näytölle? Se ei toimi, mutta en tiedä, mitä tämä on.",
       Language::kFinnish},
      {"Hogyan lehet az ablakot a másik képernyőre vinni? Nem tudom, mert ez csak egy hiba.",
       Language::kHungarian},
      {"Cum pot să mut fereastra pe al doilea ecran? Nu știu ce este, dar mai sunt și alte erori.",
       Language::kRomanian},
      {"Pencereyi ikinci ekrana nasıl taşırım? Bu çok garip ama bir türlü olmuyor, ne var?",
       Language::kTurkish},
      {"Как переместить окно на второй экран?", Language::kRussian},
      {"كيف أنقل النافذة إلى الشاشة الثانية؟", Language::kArabic},
  };
  for (const auto& [text, language] : sentences) {
    EXPECT_EQ(TagOf(Detect(text, Language::kNone)), TagOf(language)) << text;
  }
}

TEST(DetectTest, ScriptsWithoutSpacesHaveNoStemmer) {
  EXPECT_EQ(Detect("ウィンドウを二番目の画面に移動する方法", Language::kEnglish), Language::kNone);
  EXPECT_EQ(Detect("如何将 Urho3D 窗口移动到第二个屏幕上", Language::kEnglish), Language::kNone);
  EXPECT_EQ(Detect("두 번째 화면으로 창을 옮기는 방법", Language::kEnglish), Language::kNone);
  EXPECT_EQ(Detect("วิธีย้ายหน้าต่างไปยังหน้าจอที่สอง", Language::kEnglish), Language::kNone);
}

TEST(DetectTest, WhatDoesNotStandOutIsTheOther) {
  EXPECT_EQ(Detect("", Language::kGerman), Language::kGerman);
  EXPECT_EQ(Detect("std::vector<int> foo_bar = GetComponent();", Language::kGerman),
            Language::kGerman);
  EXPECT_EQ(Detect("the", Language::kFrench), Language::kFrench);
  EXPECT_EQ(Detect("\xff\xfe\x80 \xc3", Language::kFrench), Language::kFrench);
  EXPECT_EQ(Detect(std::string("\0\0", 2), Language::kFrench), Language::kFrench);
}

TEST(DetectTest, CodeAmongRussianDoesNotHideIt) {
  EXPECT_EQ(Detect("Не работает node->GetComponent<StaticModel>() в моей сцене, почему?",
                   Language::kEnglish),
            Language::kRussian);
}

}  // namespace
}  // namespace forium::search
